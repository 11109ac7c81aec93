// RUN: h3-opt %s --h3-convert-to-vector | FileCheck %s --implicit-check-not=h3.diag_ssm
// RUN: h3-opt %s --h3-convert-to-vector=lanes=16 | FileCheck %s --check-prefix=LANES16

// Chunks of 16 rows, four of them together. Buffers: states before each chunk, the
// kernel, dA^16, and the powers of dA with and without output weights; then the
// rows. States take four chunks of one mode, outputs two rows of four chunks; with
// 16 lanes two modes and four rows. Tables are made for a chunk at least.
// CHECK-LABEL: @chunked
// CHECK: %[[BEFORE:.*]] = memref.alloca() {alignment = 64 : i64} : memref<3x4x2x8xf32>
// CHECK: %[[KERNEL:.*]] = memref.alloca() {alignment = 64 : i64} : memref<16x8xf32>
// CHECK: memref.alloca() {alignment = 64 : i64} : memref<3x2x8xf32>
// CHECK: %[[OUT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8x3x2x2x8xf32>
// CHECK: %[[IN:.*]] = memref.alloca() {alignment = 64 : i64} : memref<3x16x2x8xf32>
// CHECK-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<64x8xf32>
// CHECK-NOT: memref.alloc
// CHECK: scf.parallel
// CHECK: scf.if
// CHECK-COUNT-16: vector.store %{{.*}}, %[[KERNEL]]
// CHECK: vector.store %{{.*}}, %[[IN]]
// CHECK: vector.store %{{.*}}, %[[OUT]]
// CHECK: vector.load %[[IN]]
// CHECK-COUNT-8: math.fma
// CHECK-NEXT: scf.yield
// CHECK-COUNT-8: vector.store %{{.*}}, %[[BEFORE]]
// CHECK-COUNT-4: vector.load %[[OUT]]
// CHECK-COUNT-16: math.fma
// CHECK-NEXT: scf.yield
// LANES16-LABEL: @chunked
// LANES16: %[[OUT:.*]] = memref.alloca() {alignment = 64 : i64} : memref<4x3x4x2x16xf32>
// LANES16: %[[IN:.*]] = memref.alloca() {alignment = 64 : i64} : memref<3x16x2x16xf32>
// LANES16: vector.store %{{.*}}, %[[IN]]
// LANES16: vector.load %[[IN]]
// LANES16-COUNT-16: math.fma
// LANES16-NEXT: scf.yield
// LANES16: vector.load %[[OUT]]
// LANES16-COUNT-32: math.fma
// LANES16-NEXT: scf.yield
func.func @chunked(%u: memref<?x16xf32>, %modes: memref<4x3x16xf32>, %skip: memref<16xf32>,
                   %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>,
                   %y: memref<?x16xf32>, %x: memref<?x3x2x16xf32>) {
  h3.diag_ssm form<chunked> ins(%u, %modes, %skip : memref<?x16xf32>, memref<4x3x16xf32>, memref<16xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %x : memref<?x16xf32>, memref<?x3x2x16xf32>)
  return
}
