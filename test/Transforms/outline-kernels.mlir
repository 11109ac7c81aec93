// RUN: h3-opt %s --h3-outline-kernels -split-input-file | FileCheck %s

// Equal layers share a kernel. Another attribute, another type or one more
// operand make another kernel.
// CHECK-LABEL: func.func @step
// CHECK: call @[[DENSE:.*]](%arg0, %arg1, %arg2) :
// CHECK: call @[[DENSE]](%arg2, %arg1, %arg0) :
// CHECK: call @[[GELU:.*]](%arg0, %arg1, %arg2) :
// CHECK: call @[[BIAS:.*]](%arg0, %arg1, %arg3, %arg2) :
// CHECK: call @[[STATIC:.*]](%arg4, %arg1, %arg4) :
// CHECK-NOT: h3.linear
// CHECK: return
// CHECK: func.func private @[[DENSE]](%[[X:.*]]: memref<?x16xf32>, %[[W:.*]]: memref<1x16x16xf32>, %[[Y:.*]]: memref<?x16xf32>) {
// CHECK-NEXT: h3.linear ins(%[[X]], %[[W]] : {{.*}}) outs(%[[Y]] : memref<?x16xf32>)
// CHECK-NEXT: return
// CHECK: func.func private @[[GELU]](
// CHECK-NEXT: h3.linear {gelu} ins
// CHECK: func.func private @[[BIAS]](
// CHECK-NEXT: h3.linear ins({{.*}}) bias({{.*}}) outs
// CHECK: func.func private @[[STATIC]](
// CHECK-NEXT: h3.linear ins({{.*}}) outs(%{{.*}} : memref<3x16xf32>)
// CHECK-NOT: func.func
func.func @step(%x: memref<?x16xf32>, %w: memref<1x16x16xf32>, %y: memref<?x16xf32>, %b: memref<16xf32>, %z: memref<3x16xf32>) {
  h3.linear ins(%x, %w : memref<?x16xf32>, memref<1x16x16xf32>) outs(%y : memref<?x16xf32>)
  h3.linear ins(%y, %w : memref<?x16xf32>, memref<1x16x16xf32>) outs(%x : memref<?x16xf32>)
  h3.linear {gelu} ins(%x, %w : memref<?x16xf32>, memref<1x16x16xf32>) outs(%y : memref<?x16xf32>)
  h3.linear ins(%x, %w : memref<?x16xf32>, memref<1x16x16xf32>) bias(%b : memref<16xf32>) outs(%y : memref<?x16xf32>)
  h3.linear ins(%z, %w : memref<3x16xf32>, memref<1x16x16xf32>) outs(%z : memref<3x16xf32>)
  return
}

// -----

// Layers on tensors, parameters and other dialects stay; a name that is taken
// is not taken again.
// CHECK-LABEL: func.func @gather_rows
// CHECK: h3.get_parameter @w
// CHECK: h3.gather_rows ins({{.*}}) outs({{.*}}) -> tensor<?x8xf32>
// CHECK: memref.copy
// CHECK: call @[[KERNEL:gather_rows[a-z0-9_]+]](
// CHECK: func.func private @[[KERNEL]](
// CHECK-NEXT: h3.gather_rows ins({{.*}}) outs({{.*}} : memref<?x8xf32>)
h3.parameter @w : tensor<8xf32> from ["w"] at 0
func.func @gather_rows(%i: tensor<?xi32>, %x: tensor<?x8xf32>, %rows: memref<?xi32>, %y: memref<?x8xf32>, %z: memref<?x8xf32>) -> tensor<?x8xf32> {
  %w = h3.get_parameter @w : memref<8xf32>
  %0 = h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
  memref.copy %y, %z : memref<?x8xf32> to memref<?x8xf32>
  h3.gather_rows ins(%rows, %y : memref<?xi32>, memref<?x8xf32>) outs(%z : memref<?x8xf32>)
  return %0 : tensor<?x8xf32>
}

// -----

// A layer that uses a buffer twice does not decide for one that does not: where
// they share a kernel, every operand has its own argument.
// CHECK-LABEL: func.func @repeated
// CHECK: call @[[FIRST:.*]](%arg0, %arg1, %arg1, %arg3)
// CHECK: call @[[SECOND:.*]](%arg0, %arg1, %arg2, %arg3)
// CHECK: func.func private @[[SECOND]](%[[X:.*]]: memref<?x8xf32>, %[[W:.*]]: memref<8xf32>, %[[B:.*]]: memref<8xf32>, %[[Y:.*]]: memref<?x8xf32>)
// CHECK-NEXT: h3.layer_norm {{.*}} ins(%[[X]], %[[W]], %[[B]] :
func.func @repeated(%x: memref<?x8xf32>, %v: memref<8xf32>, %w: memref<8xf32>, %y: memref<?x8xf32>) {
  h3.layer_norm {epsilon = 1.0 : f32} ins(%x, %v, %v : memref<?x8xf32>, memref<8xf32>, memref<8xf32>) outs(%y : memref<?x8xf32>)
  h3.layer_norm {epsilon = 1.0 : f32} ins(%x, %v, %w : memref<?x8xf32>, memref<8xf32>, memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}
