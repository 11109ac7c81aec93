// RUN: h3-opt %s --h3-ssm-to-conv -split-input-file | FileCheck %s

// An SSM of more rows than a kernel can have values stays, and so does one of
// none.
// CHECK-LABEL: @rows
// CHECK-NOT: h3.long_conv
// CHECK: h3.diag_ssm ins(%arg0,
// CHECK: h3.diag_ssm ins(%arg3,
// CHECK: return
h3.parameter @modes : tensor<4x4x8xf32> from ["modes"]
func.func @rows(%u: tensor<4194305x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %none: tensor<0x8xf32>)
    -> (tensor<4194305x8xf32>, tensor<0x8xf32>) {
  %modes = h3.get_parameter @modes : tensor<4x4x8xf32>
  %0 = h3.diag_ssm ins(%u, %modes, %skip : tensor<4194305x8xf32>, tensor<4x4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<4194305x8xf32>) -> tensor<4194305x8xf32>
  %1 = h3.diag_ssm ins(%none, %modes, %skip : tensor<0x8xf32>, tensor<4x4x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%none : tensor<0x8xf32>) -> tensor<0x8xf32>
  return %0, %1 : tensor<4194305x8xf32>, tensor<0x8xf32>
}

// -----

// The same holds for the taps of a shift SSM.
// CHECK-LABEL: @taps
// CHECK-NOT: h3.long_conv
// CHECK: h3.shift_ssm
func.func @taps(%u: tensor<?x8xf32>, %taps: tensor<4194305x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>) -> tensor<?x8xf32> {
  %0 = h3.shift_ssm ins(%u, %taps, %skip : tensor<?x8xf32>, tensor<4194305x8xf32>, tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}
