// RUN: h3-opt %s --h3-convert-to-vector=tile-rows=2 | FileCheck %s --check-prefixes=CHECK,NONE --implicit-check-not=call_intrinsic
// RUN: h3-opt %s --h3-convert-to-vector='tile-rows=2 dots=i16' | FileCheck %s --check-prefixes=CHECK,I16
// RUN: h3-opt %s --h3-convert-to-vector='tile-rows=2 dots=i16,i8,bf16' | FileCheck %s --check-prefixes=CHECK,ALL
// RUN: h3-opt %s --h3-convert-to-vector='lanes=16 tile-rows=2 dots=bf16,i8,i16' | FileCheck %s --check-prefix=WIDE
// Products of few bits: one instruction where the target has it, widened values
// elsewhere. Every row and vector of the panel has one sum.

// Weights of bf16 and inputs of f32: a bf16 is the upper half of an f32, and the
// even column of a pair comes before the odd one. Products of halves do not help.
// CHECK-LABEL: @bf16_widened
// CHECK: case 1 {
// CHECK: scf.for %[[STEP:.*]] = {{.*}} iter_args(%[[SUM:.*]] = %{{.*}}, %{{.*}} = %{{.*}}) -> (vector<8xf32>, vector<8xf32>)
// CHECK: memref.prefetch
// CHECK: %[[W:.*]] = vector.load %arg1[%{{.*}}, %[[STEP]], %{{.*}}, %{{.*}}] : memref<2x1x16x2xbf16>, vector<16xbf16>
// CHECK: %[[WORDS:.*]] = vector.bitcast %[[W]] : vector<16xbf16> to vector<8xi32>
// CHECK: %[[HIGH:.*]] = arith.constant dense<16> : vector<8xi32>
// CHECK: %[[EVEN:.*]] = arith.shli %[[WORDS]], %[[HIGH]]
// CHECK: %[[WE:.*]] = vector.bitcast %[[EVEN]] : vector<8xi32> to vector<8xf32>
// CHECK: %[[X0:.*]] = memref.load %arg0
// CHECK: %[[XE:.*]] = vector.broadcast %[[X0]]
// CHECK: %[[FIRST:.*]] = math.fma %[[XE]], %[[WE]], %[[SUM]]
// CHECK: %[[OTHER:.*]] = vector.bitcast %[[W]] : vector<16xbf16> to vector<8xi32>
// CHECK: %[[MASK:.*]] = arith.constant dense<-65536> : vector<8xi32>
// CHECK: %[[ODD:.*]] = arith.andi %[[OTHER]], %[[MASK]]
// CHECK: %[[WO:.*]] = vector.bitcast %[[ODD]] : vector<8xi32> to vector<8xf32>
// CHECK: %[[X1:.*]] = memref.load %arg0
// CHECK: %[[XO:.*]] = vector.broadcast %[[X1]]
// CHECK: math.fma %[[XO]], %[[WO]], %[[FIRST]]
// CHECK: case 2 {
// CHECK: -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-8: math.fma
// CHECK-NOT: math.fma
// CHECK: default {
// WIDE-LABEL: @bf16_widened
func.func @bf16_widened(%x: memref<?x2xf32>, %w: memref<2x1x16x2xbf16>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x2xf32>, memref<2x1x16x2xbf16>) outs(%y : memref<?x32xf32>)
  return
}

// Both of bf16: a pair of the input, 4 bytes, in every lane.
// CHECK-LABEL: @bf16(
// CHECK: case 1 {
// CHECK: scf.for {{.*}} iter_args(%[[SUM:.*]] = %{{.*}}, %[[SUM1:.*]] = %{{.*}}) -> (vector<8xf32>, vector<8xf32>)
// CHECK: %[[W:.*]] = vector.load %arg1{{.*}}, vector<16xbf16>
// CHECK: %[[W1:.*]] = vector.load %arg1{{.*}}, vector<16xbf16>
// CHECK: %[[PAIR:.*]] = vector.load %arg0{{.*}}, vector<2xbf16>
// CHECK: %[[WORD:.*]] = vector.bitcast %[[PAIR]] : vector<2xbf16> to vector<1xi32>
// CHECK: %[[WORDS:.*]] = vector.broadcast %[[WORD]] : vector<1xi32> to vector<8xi32>
// CHECK: %[[X:.*]] = vector.bitcast %[[WORDS]] : vector<8xi32> to vector<16xbf16>
// ALL: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.256"(%[[SUM]], %[[W]], %[[X]])
// ALL: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.256"(%[[SUM1]], %[[W1]], %[[X]])
// NONE: %[[FIRST:.*]] = math.fma %{{.*}}, %{{.*}}, %[[SUM]]
// NONE: math.fma %{{.*}}, %{{.*}}, %[[FIRST]]
// CHECK: case 2 {
// NONE-COUNT-8: math.fma
// I16-COUNT-8: math.fma
// ALL-COUNT-4: dpbf16ps
// ALL-NOT: dpbf16ps
// CHECK-NOT: math.fma
// CHECK: default {
// WIDE-LABEL: @bf16(
// WIDE: "llvm.x86.avx512bf16.dpbf16ps.512"(%{{.*}}) : (vector<16xf32>, vector<32xbf16>, vector<32xbf16>) -> vector<16xf32>
func.func @bf16(%x: memref<?x2xbf16>, %w: memref<2x1x16x2xbf16>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x2xbf16>, memref<2x1x16x2xbf16>) outs(%y : memref<?x32xf32>)
  return
}

// Signed bytes, widened, times inputs of 16 bits; sums start at zero. Then come
// the scale of the row, those of the columns and the bias.
// CHECK-LABEL: @int8_pairs
// CHECK: case 1 {
// CHECK: %[[ZERO:.*]] = arith.constant dense<0> : vector<8xi32>
// CHECK: %[[SUMS:.*]]:2 = scf.for {{.*}} iter_args(%[[SUM:.*]] = %[[ZERO]], %{{.*}} = %[[ZERO]]) -> (vector<8xi32>, vector<8xi32>)
// CHECK: %[[W:.*]] = vector.load %arg1{{.*}}, vector<16xi8>
// CHECK: %[[WIDENED:.*]] = arith.extsi %[[W]] : vector<16xi8> to vector<16xi16>
// CHECK: vector.load %arg0{{.*}}, vector<2xi16>
// CHECK: %[[X:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<16xi16>
// I16: %[[P:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[WIDENED]], %[[X]]) : (vector<16xi16>, vector<16xi16>) -> vector<8xi32>
// I16: arith.addi %[[SUM]], %[[P]]
// ALL: %[[P:.*]] = llvm.call_intrinsic "llvm.x86.avx2.pmadd.wd"(%[[WIDENED]], %[[X]])
// ALL: arith.addi %[[SUM]], %[[P]]
// NONE: %[[EVEN:.*]] = arith.muli %{{.*}}, %{{.*}} : vector<8xi32>
// NONE: %[[FIRST:.*]] = arith.addi %[[SUM]], %[[EVEN]]
// NONE: %[[ODD:.*]] = arith.muli %{{.*}}, %{{.*}} : vector<8xi32>
// NONE: arith.addi %[[FIRST]], %[[ODD]]
// CHECK: scf.yield
// CHECK: %[[FLOATS:.*]] = arith.sitofp %[[SUMS]]#0 : vector<8xi32> to vector<8xf32>
// CHECK: %[[R:.*]] = memref.load %arg3[%[[ROW:.*]]] :
// CHECK: %[[RS:.*]] = vector.broadcast %[[R]]
// CHECK: %[[ROWED:.*]] = arith.mulf %[[FLOATS]], %[[RS]]
// CHECK: %[[S:.*]] = vector.load %arg2
// CHECK: %[[SCALED:.*]] = arith.mulf %[[ROWED]], %[[S]]
// CHECK: %[[B:.*]] = vector.load %arg4
// CHECK: %[[OUT:.*]] = arith.addf %[[SCALED]], %[[B]]
// CHECK: vector.store %[[OUT]], %arg5[%[[ROW]],
// CHECK: case 2 {
// CHECK: -> (vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>)
// WIDE-LABEL: @int8_pairs
// WIDE: "llvm.x86.avx512.pmaddw.d.512"(%{{.*}}) : (vector<32xi16>, vector<32xi16>) -> vector<16xi32>
func.func @int8_pairs(%x: memref<?x2xi16>, %w: memref<2x1x16x2xi8>, %s: memref<32xf32>, %r: memref<?xf32>, %b: memref<32xf32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x2xi16>, memref<2x1x16x2xi8>) scales(%s : memref<32xf32>) row_scales(%r : memref<?xf32>) bias(%b : memref<32xf32>) outs(%y : memref<?x32xf32>)
  return
}

// Bytes plus 128 times signed bytes: a sum starts at -128 times that of the
// row's inputs, the same for all vectors of a row.
// CHECK-LABEL: @int8_fours
// CHECK: case 2 {
// CHECK: %[[N:.*]] = memref.load %arg4[%[[ROW:.*]], %{{.*}}] : memref<?x1xi32>
// CHECK-DAG: %[[NS:.*]] = vector.broadcast %[[N]] : i32 to vector<8xi32>
// CHECK-DAG: %[[OFFSET:.*]] = arith.constant dense<-128> : vector<8xi32>
// CHECK: %[[START:.*]] = arith.muli %[[NS]], %[[OFFSET]]
// CHECK: memref.load %arg4
// CHECK: %[[START1:.*]] = arith.muli
// CHECK: scf.for {{.*}} iter_args(%[[SUM:.*]] = %[[START]], %{{.*}} = %[[START]], %{{.*}} = %[[START1]], %{{.*}} = %[[START1]]) -> (vector<8xi32>, vector<8xi32>, vector<8xi32>, vector<8xi32>)
// CHECK: %[[U:.*]] = vector.load %arg1{{.*}}, vector<32xui8>
// CHECK: %[[W:.*]] = vector.bitcast %[[U]] : vector<32xui8> to vector<32xi8>
// CHECK: vector.load %arg0[%[[ROW]], %{{.*}}] : memref<?x4xi8>, vector<4xi8>
// CHECK: %[[X:.*]] = vector.bitcast %{{.*}} : vector<8xi32> to vector<32xi8>
// ALL: llvm.call_intrinsic "llvm.x86.avx512.vpdpbusd.256"(%[[SUM]], %[[W]], %[[X]]) : (vector<8xi32>, vector<32xi8>, vector<32xi8>) -> vector<8xi32>
// ALL-COUNT-3: vpdpbusd
// ALL-NOT: vpdpbusd
// I16-NOT: call_intrinsic
// NONE: %[[SIGNED:.*]] = arith.shrsi
// NONE: %[[UNSIGNED:.*]] = arith.shrui
// NONE: %[[P:.*]] = arith.muli %[[UNSIGNED]], %[[SIGNED]] : vector<8xi32>
// NONE: arith.addi %[[SUM]], %[[P]]
// NONE-COUNT-15: arith.muli %{{.*}} : vector<8xi32>
// NONE-NOT: arith.muli %{{.*}} : vector<8xi32>
// CHECK: default {
// WIDE-LABEL: @int8_fours
// WIDE: "llvm.x86.avx512.vpdpbusd.512"(%{{.*}}) : (vector<16xi32>, vector<64xi8>, vector<64xi8>) -> vector<16xi32>
func.func @int8_fours(%x: memref<?x4xi8>, %w: memref<2x1x16x4xui8>, %s: memref<32xf32>, %r: memref<?xf32>, %n: memref<?x1xi32>, %y: memref<?x32xf32>) {
  h3.linear ins(%x, %w : memref<?x4xi8>, memref<2x1x16x4xui8>) scales(%s : memref<32xf32>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x1xi32>) outs(%y : memref<?x32xf32>)
  return
}
