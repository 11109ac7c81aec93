// RUN: h3-opt %s --h3-convert-to-gpu --canonicalize -split-input-file | FileCheck %s
// RUN: not h3-opt %S/convert-to-vector-linear.mlir --h3-convert-to-gpu -split-input-file 2>&1 | FileCheck %s --check-prefix=LEFT
// LEFT: error: 'h3.linear' is left after h3-convert-to-gpu; it must be on memrefs, its weight in rows, its form a recurrence, and the kernel of a convolution in time
// RUN: sed 's/5x8xf32/300x8xf32/g' %s > %t.mlir
// RUN: not h3-opt %t.mlir --h3-convert-to-gpu -split-input-file 2>&1 | FileCheck %s --check-prefix=SHARED
// SHARED: error: h3-convert-to-gpu: the layer needs 103936 bytes of shared memory, a block has 49152

// One module holds the kernel of every layer. A kernel is called as the private
// function around the layer, else as the layer, and takes the layer's operands.
// CHECK: module attributes {gpu.container_module}
// CHECK: gpu.module @kernels
// CHECK: gpu.func @rows(%{{.*}}: memref<?xi32>, %{{.*}}: memref<?x8xf32>, %{{.*}}: memref<?x8xf32>) kernel
// CHECK: gpu.func @gather_rows(%{{.*}}: memref<?xi32>, %{{.*}}: memref<?x8xf32>, %{{.*}}: memref<?x8xf32>) kernel
// CHECK: gpu.func @gather_rows_0(%{{.*}}: memref<?xi32>, %{{.*}}: memref<?x8xf32>, %{{.*}}: memref<?x8xf32>) kernel
// CHECK-LABEL: func.func private @rows
// CHECK-NEXT: arith.constant
// CHECK: gpu.launch_func @kernels::@rows
// CHECK-SAME: args(%arg0 : memref<?xi32>, %arg1 : memref<?x8xf32>, %arg2 : memref<?x8xf32>)
// CHECK-LABEL: func.func @two
// CHECK: gpu.launch_func @kernels::@gather_rows blocks
// CHECK: gpu.launch_func @kernels::@gather_rows_0 blocks
// CHECK-NOT: h3.
func.func private @rows(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  return
}
func.func @two(%rows: memref<?xi32>, %x: memref<?x8xf32>, %y: memref<?x8xf32>) {
  h3.gather_rows ins(%rows, %x : memref<?xi32>, memref<?x8xf32>) outs(%y : memref<?x8xf32>)
  h3.gather_rows ins(%rows, %y : memref<?xi32>, memref<?x8xf32>) outs(%x : memref<?x8xf32>)
  return
}

// -----

// The ring of a few taps fits the shared memory of a block, that of 300 does not.
// CHECK: gpu.func @shift_ssm
// CHECK: gpu.launch_func @kernels::@shift_ssm
func.func @shift(%u: memref<?x8xf32>, %taps: memref<5x8xf32>, %d: memref<8xf32>, %starts: memref<?xi32>, %y: memref<?x8xf32>) {
  h3.shift_ssm ins(%u, %taps, %d : memref<?x8xf32>, memref<5x8xf32>, memref<8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x8xf32>)
  return
}
