// RUN: h3-opt %s --h3-convert-to-vector -split-input-file -verify-diagnostics | FileCheck %s
// RUN: h3-opt %s --h3-convert-to-vector=lanes=4 -split-input-file -verify-diagnostics | FileCheck %s --check-prefix=LANES

// A layer becomes tasks on vectors of `lanes` floats, whole ones in a loop and a
// masked one for the rest. 20 channels are 2 x 8 + 4 or 5 x 4.
// CHECK-LABEL: @blocks
// CHECK-NOT: h3.gather_rows
// CHECK: %[[TASKS:.*]] = memref.dim %arg0
// CHECK: scf.parallel (%[[ROW:.*]]) = (%{{.*}}) to (%[[TASKS]]) step
// CHECK: %[[BLOCKS:.*]] = arith.constant 2 : index
// CHECK: scf.for %{{.*}} = %{{.*}} to %[[BLOCKS]] step
// CHECK: vector.load %arg1[{{.*}}] : memref<?x20xf32>, vector<8xf32>
// CHECK: vector.store %{{.*}}, %arg2[%[[ROW]], {{.*}}] : memref<?x20xf32>, vector<8xf32>
// CHECK: %[[MASK:.*]] = vector.create_mask
// CHECK: vector.maskedload %arg1[{{.*}}], %[[MASK]]
// CHECK: vector.maskedstore %arg2[%[[ROW]], {{.*}}], %[[MASK]]
// LANES-LABEL: @blocks
// LANES: %[[BLOCKS:.*]] = arith.constant 5 : index
// LANES: scf.for %{{.*}} = %{{.*}} to %[[BLOCKS]] step
// LANES: vector.load %arg1[{{.*}}] : memref<?x20xf32>, vector<4xf32>
// LANES-NOT: vector.create_mask
// LANES: return
func.func @blocks(%rows: memref<?xi32>, %x: memref<?x20xf32>, %y: memref<?x20xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x20xf32>) outs(%y : memref<?x20xf32>)
  return
}

// -----

// Fewer channels than lanes are one masked vector.
// CHECK-LABEL: @less_than_a_block
// CHECK: scf.parallel
// CHECK-NOT: scf.for
// CHECK: vector.maskedload
// CHECK: vector.maskedstore
func.func @less_than_a_block(%rows: memref<?xi32>, %x: memref<?x3xf32>, %y: memref<?x3xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x3xf32>) outs(%y : memref<?x3xf32>)
  return
}

// -----

// Parameters and other dialects are left alone.
// CHECK: h3.parameter @w : tensor<8xf32> from ["w"] at 0
// CHECK-LABEL: @untouched
// CHECK: h3.get_parameter @w
// CHECK-NEXT: memref.copy
// CHECK-NEXT: linalg.fill
// CHECK-NEXT: return
h3.parameter @w : tensor<8xf32> from ["w"] at 0
func.func @untouched(%x: memref<8xf32>, %zero: f32) {
  %w = h3.get_parameter @w : memref<8xf32>
  memref.copy %w, %x : memref<8xf32> to memref<8xf32>
  linalg.fill ins(%zero : f32) outs(%x : memref<8xf32>)
  return
}

// -----

func.func @on_tensors(%rows: tensor<?xi32>, %x: tensor<?x8xf32>) -> tensor<?x8xf32> {
  // expected-error@+1 {{'h3.gather_rows' is left after h3-convert-to-vector; it must be on memrefs and its weight packed}}
  %0 = h3.gather_rows ins(%rows, %x : tensor<?xi32>, tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

func.func @dense_weight(%x: memref<?x8xf32>, %w: memref<16x8xf32>, %y: memref<?x16xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector; it must be on memrefs and its weight packed}}
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<16x8xf32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// Panels hold whole vectors.
func.func @narrow_panels(%x: memref<?x8xf32>, %w: memref<3x8x6xf32>, %y: memref<?x16xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<3x8x6xf32>) outs(%y : memref<?x16xf32>)
  return
}

// -----

// Kernels are built for one number of channels.
func.func @dynamic_channels(%rows: memref<?xi32>, %x: memref<?x?xf32>, %y: memref<?x?xf32>) {
  // expected-error@+1 {{'h3.gather_rows' is left after h3-convert-to-vector}}
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x?xf32>) outs(%y : memref<?x?xf32>)
  return
}
