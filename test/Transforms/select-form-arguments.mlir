// RUN: h3-opt %s --h3-select-form=form=fft -split-input-file | FileCheck %s

// Modes that are arguments have no spectrum, with states and fft asked for as
// well.
// CHECK-LABEL: @states
// CHECK-NOT: h3.diag_kernel
// CHECK: h3.diag_ssm form<recurrence>
func.func @states(%u: tensor<?x8xf32>, %modes: tensor<4x4x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                  %slots: tensor<?xi32>, %positions: tensor<?xi32>, %state: tensor<?x4x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x4x2x8xf32>) {
  %0, %1 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x8xf32>, tensor<?x4x2x8xf32>) -> tensor<?x8xf32>, tensor<?x4x2x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x4x2x8xf32>
}

// -----

// Modes in memory are no function of weights either.
// CHECK-LABEL: @memrefs
// CHECK: h3.diag_ssm form<recurrence>
func.func @memrefs(%u: memref<?x8xf32>, %modes: memref<4x4x8xf32>, %skip: memref<8xf32>, %starts: memref<?xi32>,
                   %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x8xf32>, %state: memref<?x4x2x8xf32>) {
  h3.diag_ssm ins(%u, %modes, %skip : memref<?x8xf32>, memref<4x4x8xf32>, memref<8xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y, %state : memref<?x8xf32>, memref<?x4x2x8xf32>)
  return
}
