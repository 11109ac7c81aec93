// RUN: h3-opt %s --h3-conv-to-ssm -split-input-file | FileCheck %s
// RUN: h3-opt %s --h3-conv-to-ssm --cse --h3-ssm-to-conv --cse -split-input-file | FileCheck %s --check-prefix=BACK

// A convolution with the kernel of an SSM is the SSM, without states. Back again it is
// what it was.
// CHECK-LABEL: @converted
// CHECK: %[[M:.*]] = h3.get_parameter @modes
// CHECK: %[[Y:.*]] = h3.diag_ssm ins(%arg0, %[[M]], %arg1 : tensor<100x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg3 : tensor<100x8xf32>) -> tensor<100x8xf32>
// CHECK-NEXT: return %[[Y]]
// BACK-LABEL: @converted
// BACK: %[[K:.*]] = h3.diag_kernel %{{.*}} : tensor<4x2x8xf32> -> tensor<100x8xf32>
// BACK-NEXT: %[[Y:.*]] = h3.long_conv ins(%arg0, %[[K]] : tensor<100x8xf32>, tensor<100x8xf32>) skip(%arg1 : tensor<8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg3 : tensor<100x8xf32>) -> tensor<100x8xf32>
// BACK-NEXT: return %[[Y]]
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @converted(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// What a longer kernel has beyond the rows meets none of them; the way back has the
// kernel that they meet.
// CHECK-LABEL: @longer
// CHECK: h3.diag_ssm ins
// CHECK-NEXT: return
// BACK-LABEL: @longer
// BACK: %[[K:.*]] = h3.diag_kernel %{{.*}} : tensor<4x2x8xf32> -> tensor<100x8xf32>
// BACK-NEXT: h3.long_conv ins(%arg0, %[[K]] :
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @longer(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<128x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<128x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<128x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// A shorter kernel is cut off, which an SSM is not.
// CHECK-LABEL: @shorter
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @shorter(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<99x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<99x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<99x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// So may be one of a dynamic number of rows.
// CHECK-LABEL: @dynamic
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @dynamic(%u: tensor<?x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<?x8xf32>, %r: tensor<100x8xf32>) -> tensor<?x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<?x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// Without a skip term the SSM would have none to read.
// CHECK-LABEL: @no_skip
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @no_skip(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// A form stays.
// CHECK-LABEL: @form
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @form(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv form<fft> ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// Gates stay, before
// CHECK-LABEL: @pre
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @pre(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>) pre(%u : tensor<100x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// and behind.
// CHECK-LABEL: @post
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @post(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>) post(%u : tensor<100x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// The activation stays.
// CHECK-LABEL: @gelu
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @gelu(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv {gelu} ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// Two directions stay.
// CHECK-LABEL: @reversed
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @reversed(%u: tensor<100x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %init: tensor<100x8xf32>, %r: tensor<100x8xf32>) -> tensor<100x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv ins(%u, %kernel : tensor<100x8xf32>, tensor<100x8xf32>) reversed(%r : tensor<100x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<100x8xf32>) -> tensor<100x8xf32>
  return %0 : tensor<100x8xf32>
}

// -----

// Other kernels stay: arguments, and spectra.
// CHECK-LABEL: @kernels
// CHECK-NOT: h3.diag_ssm
// CHECK: h3.long_conv ins(%arg0, %arg1 :
// CHECK: h3.long_conv ins(%arg0, %{{.*}} : tensor<64x8xf32>, tensor<1x64x2x8xf32>)
// CHECK: return
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @kernels(%u: tensor<64x8xf32>, %k: tensor<64x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>)
    -> (tensor<64x8xf32>, tensor<64x8xf32>) {
  %0 = h3.long_conv ins(%u, %k : tensor<64x8xf32>, tensor<64x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %kernel = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<64x8xf32>
  %s = h3.conv_spectrum %kernel : tensor<64x8xf32> -> tensor<1x64x2x8xf32>
  %1 = h3.long_conv ins(%u, %s : tensor<64x8xf32>, tensor<1x64x2x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  return %0, %1 : tensor<64x8xf32>, tensor<64x8xf32>
}
