// RUN: h3-opt %s --h3-ssm-to-conv -split-input-file | FileCheck %s

// A diagonal SSM without states is a convolution with its kernel, as long as the
// rows; a shift SSM one with its taps.
// CHECK-LABEL: @converted
// CHECK-NEXT: %[[M:.*]] = h3.get_parameter @modes
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x2x8xf32> -> tensor<100x8xf32>
// CHECK-NEXT: %[[Y:.*]] = h3.long_conv ins(%arg0, %[[K]] : tensor<100x8xf32>, tensor<100x8xf32>) skip(%arg1 : tensor<8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg3 : tensor<100x8xf32>)
// CHECK-NEXT: %[[Z:.*]] = h3.long_conv ins(%arg5, %arg4 : tensor<?x8xf32>, tensor<5x8xf32>) skip(%arg1 : tensor<8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg5 : tensor<?x8xf32>)
// CHECK-NEXT: return %[[Y]], %[[Z]]
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @converted(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>,
                     %taps: tensor<5x8xf32>, %v: tensor<?x8xf32>) -> (tensor<100x8xf32>, tensor<?x8xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<100x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  %1 = h3.shift_ssm ins(%v, %taps, %skip : tensor<?x8xf32>, tensor<5x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%v : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<100x8xf32>, tensor<?x8xf32>
}

// -----

// Left alone are diagonal SSMs with a form, with modes that are arguments, of
// several planes, and over a dynamic number of rows.
// CHECK-LABEL: @left
// CHECK-NOT: h3.diag_kernel
// CHECK: h3.diag_ssm form<chunked> ins
// CHECK: h3.diag_ssm ins(%arg0, %arg1,
// CHECK: h3.diag_ssm ins(%arg4,
// CHECK: h3.diag_ssm ins(%arg5,
// CHECK-NOT: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @left(%u: tensor<100x8xf32>, %argument: tensor<4x2x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                %planes: tensor<100x32xf32>, %dynamic: tensor<?x8xf32>)
    -> (tensor<100x8xf32>, tensor<100x8xf32>, tensor<100x32xf32>, tensor<?x8xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %0 = h3.diag_ssm form<chunked> ins(%u, %modes, %skip : tensor<100x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<100x8xf32>) -> tensor<100x8xf32>
  %1 = h3.diag_ssm ins(%u, %argument, %skip : tensor<100x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<100x8xf32>) -> tensor<100x8xf32>
  %2 = h3.diag_ssm ins(%planes, %modes, %skip : tensor<100x32xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%planes : tensor<100x32xf32>) -> tensor<100x32xf32>
  %3 = h3.diag_ssm ins(%dynamic, %modes, %skip : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%dynamic : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1, %2, %3 : tensor<100x8xf32>, tensor<100x8xf32>, tensor<100x32xf32>, tensor<?x8xf32>
}

// -----

// States stay, in both kinds of SSM.
// CHECK-LABEL: @states
// CHECK: h3.diag_ssm ins
// CHECK: h3.shift_ssm ins
// CHECK-NOT: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @states(%u: tensor<100x8xf32>, %taps: tensor<5x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                  %slots: tensor<?xi32>, %positions: tensor<?xi32>, %x: tensor<?x2x2x8xf32>, %s: tensor<?x5x8xf32>)
    -> (tensor<100x8xf32>, tensor<100x8xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %0, %1 = h3.diag_ssm ins(%u, %modes, %skip : tensor<100x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %x : tensor<100x8xf32>, tensor<?x2x2x8xf32>) -> tensor<100x8xf32>, tensor<?x2x2x8xf32>
  %2, %3 = h3.shift_ssm ins(%u, %taps, %skip : tensor<100x8xf32>, tensor<5x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s : tensor<100x8xf32>, tensor<?x5x8xf32>) -> tensor<100x8xf32>, tensor<?x5x8xf32>
  return %0, %2 : tensor<100x8xf32>, tensor<100x8xf32>
}

// -----

// Memrefs and a dynamic number of taps stay.
// CHECK-LABEL: @shift_left
// CHECK: h3.shift_ssm ins(%arg0,
// CHECK: h3.shift_ssm ins(%arg4,
// CHECK-NOT: h3.long_conv
// CHECK: return
func.func @shift_left(%u: tensor<?x8xf32>, %taps: tensor<?x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>,
                      %v: memref<?x8xf32>, %t: memref<5x8xf32>, %d: memref<8xf32>, %b: memref<?xi32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<?x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  h3.shift_ssm ins(%v, %t, %d : memref<?x8xf32>, memref<5x8xf32>, memref<8xf32>)
    batch(%b : memref<?xi32>) outs(%v : memref<?x8xf32>)
  return %0 : tensor<?x8xf32>
}
