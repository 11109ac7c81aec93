// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s --implicit-check-not=h3.mixer

// One parallel loop for all of the mixer: taps over the keys, the gate of the
// values, the modes, the gate of the queries. Between them is scratch memory only.
// CHECK-LABEL: @mixer
// CHECK: memref.alloca
// CHECK: scf.parallel
// CHECK-NOT: scf.parallel
// CHECK: vector.load %arg1
// CHECK: vector.load %arg3
// CHECK-COUNT-8: math.fma
// CHECK: vector.load %arg2
// CHECK: vector.load %arg5
// CHECK: vector.load %arg0
// CHECK: arith.mulf
// CHECK: vector.store %{{.*}}, %arg10
// CHECK-NOT: scf.parallel
// CHECK: return
func.func @mixer(%q: memref<?x16xf32>, %k: memref<?x16xf32>, %v: memref<?x16xf32>, %taps: memref<4x16xf32>,
                 %skip: memref<16xf32>, %modes: memref<4x2x16xf32>, %d: memref<16xf32>, %starts: memref<?xi32>,
                 %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x16xf32>,
                 %s: memref<?x4x16xf32>, %x: memref<?x2x2x16xf32>) {
  h3.mixer ins(%q, %k, %v : memref<?x16xf32>, memref<?x16xf32>, memref<?x16xf32>)
    shift(%taps, %skip : memref<4x16xf32>, memref<16xf32>) diag(%modes, %d : memref<4x2x16xf32>, memref<16xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %s, %x : memref<?x16xf32>, memref<?x4x16xf32>, memref<?x2x2x16xf32>)
  return
}
