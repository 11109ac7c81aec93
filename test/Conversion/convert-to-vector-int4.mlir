// RUN: h3-opt %s --h3-convert-to-vector=tile-rows=2 | FileCheck %s --check-prefixes=CHECK,NONE --implicit-check-not=call_intrinsic
// RUN: h3-opt %s --h3-convert-to-vector='tile-rows=2 dots=i16' | FileCheck %s --check-prefixes=CHECK,I16
// RUN: h3-opt %s --h3-convert-to-vector='tile-rows=2 dots=i8' | FileCheck %s --check-prefixes=CHECK,I8
// RUN: h3-opt %s --h3-convert-to-vector='tile-rows=2 dots=i16,i8,bf16' | FileCheck %s --check-prefixes=CHECK,I8
// RUN: h3-opt %s --h3-convert-to-vector='lanes=16 tile-rows=2 dots=i16' | FileCheck %s --check-prefix=WIDE

// Two nibbles in a byte, each plus 8, times signed bytes. A group's sum of
// integers starts at -8 times that of its inputs; times its scale it is added to
// the sum of the column. Both nibbles of four bytes are masked out at once: the
// input has the even columns of a step, then the odd ones.
// CHECK-LABEL: @int4
// CHECK: case 1 {
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<8xf32>
// CHECK: %[[GROUPS:.*]] = arith.constant 2 : index
// CHECK: %[[SUM:.*]]:2 = scf.for %[[G:.*]] = %{{.*}} to %[[GROUPS]] step {{.*}} iter_args(%[[S0:.*]] = %[[ZERO]], %{{.*}} = %[[ZERO]]) -> (vector<8xf32>, vector<8xf32>)

// What is added to a group's sums starts at -8 times the sum of its inputs, or is
// added at the end, where 16 bits hold the sums of a whole group.
// I8: %[[N:.*]] = memref.load %arg4[%[[ROW:.*]], %[[G]]] : memref<?x2xi32>
// I8: %[[OFFSET:.*]] = arith.constant dense<-8> : vector<8xi32>
// I8: %[[NS:.*]] = vector.broadcast %[[N]]
// I8: %[[START:.*]] = arith.muli %[[NS]], %[[OFFSET]]
// I8: scf.for {{.*}} iter_args(%[[D0:.*]] = %[[START]], %{{.*}} = %{{.*}}) -> (vector<8xi32>, vector<8xi32>)
// NONE: %[[START:.*]] = arith.muli
// NONE: scf.for {{.*}} iter_args(%[[D0:.*]] = %[[START]], %{{.*}} = %{{.*}}) -> (vector<8xi32>, vector<8xi32>)
// I16: scf.for {{.*}} iter_args(%[[D0:.*]] = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<16xi16>, vector<16xi16>)

// CHECK: %[[W:.*]] = vector.load %arg1{{.*}}, vector<32xi8>
// CHECK: %[[MASK:.*]] = arith.constant dense<252645135> : vector<8xi32>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[W]] : vector<32xi8> to vector<8xi32>
// CHECK: %[[EVEN:.*]] = arith.andi %[[WORDS]], %[[MASK]]
// CHECK: %[[LOW:.*]] = vector.bitcast %[[EVEN]] : vector<8xi32> to vector<32xi8>
// CHECK: vector.load %arg0[%{{.*}}, %{{.*}}] : memref<?x64xi8>, vector<4xi8>
// CHECK: %[[X:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<32xi8>

// I8: %[[D1:.*]] = llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%[[D0]], %[[LOW]], %[[X]])
// I8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
// I8: %[[SHIFTED:.*]] = arith.shrui %{{.*}}, %{{.*}} : vector<8xi32>
// I8: arith.andi %[[SHIFTED]], %[[MASK]]
// I8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%[[D1]], %{{.*}})
// I8: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"
// I8-NOT: call_intrinsic
// I8: scf.yield

// I16: %[[D1:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"(%[[LOW]], %[[X]]) : (vector<32xi8>, vector<32xi8>) -> vector<16xi16>
// I16: %[[P1:.*]] = arith.addi %[[D0]], %[[D1]] : vector<16xi16>
// I16: %[[D2:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// I16: arith.shrui
// I16: %[[D3:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.ub.sw"
// I16: arith.addi %[[P1]], %[[D3]] : vector<16xi16>
// I16: scf.yield

// NONE: %[[P:.*]] = arith.muli %{{.*}}, %{{.*}} : vector<8xi32>
// NONE: arith.addi %[[D0]], %[[P]]

// CHECK: memref.prefetch
// CHECK: %[[HALVES:.*]] = vector.load %arg2[%{{.*}}, %[[G]], %{{.*}}] : memref<2x2x16xf16>, vector<8xf16>
// CHECK: %[[SCALE:.*]] = arith.extf %[[HALVES]] : vector<8xf16> to vector<8xf32>
// I16: %[[ONES:.*]] = arith.constant dense<65537> : vector<8xi32>
// I16: %[[PAIRS:.*]] = vector.bitcast %[[ONES]] : vector<8xi32> to vector<16xi16>
// I16: %[[OFFSET:.*]] = arith.constant dense<-8> : vector<8xi32>
// I16: %[[START:.*]] = arith.muli %{{.*}}, %[[OFFSET]]
// I16: %[[DOTS:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%{{.*}}, %[[PAIRS]])
// I16: arith.addi %[[START]], %[[DOTS]]
// CHECK: %[[FLOATS:.*]] = arith.sitofp
// CHECK: math.fma %[[FLOATS]], %[[SCALE]], %[[S0]]
// CHECK: math.fma
// CHECK-NOT: math.fma
// CHECK: scf.yield

// Scales of groups are in; that of the row is left.
// CHECK: %[[R:.*]] = memref.load %arg3[%[[AT:.*]]]
// CHECK: %[[RS:.*]] = vector.broadcast %[[R]]
// CHECK: %[[OUT:.*]] = arith.mulf %[[SUM]]#0, %[[RS]]
// CHECK: vector.store %[[OUT]], %arg5[%[[AT]],
// CHECK: case 2 {
// CHECK: -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-4: math.fma
// CHECK-NOT: math.fma
// CHECK: default {

// WIDE-LABEL: @int4
// WIDE: "llvm.x86.avx512.pmaddubs.w.512"(%{{.*}}) : (vector<64xi8>, vector<64xi8>) -> vector<32xi16>
// WIDE: "llvm.x86.avx512.pmaddw.d.512"(%{{.*}}) : (vector<32xi16>, vector<32xi16>) -> vector<16xi32>
func.func @int4(%x: memref<?x64xi8>, %w: memref<2x8x16x4xi8>, %s: memref<2x2x16xf16>, %r: memref<?xf32>, %n: memref<?x2xi32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<2x8x16x4xi8>) scales(%s : memref<2x2x16xf16>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x2xi32>) outs(%y : memref<?x32xf32>)
  return
}
