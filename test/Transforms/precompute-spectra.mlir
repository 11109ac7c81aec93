// RUN: h3-opt %s --h3-precompute-spectra -split-input-file | FileCheck %s
// RUN: h3-opt %s --h3-precompute-spectra=lanes=8 -split-input-file | FileCheck %s --check-prefix=LANES8
// RUN: not h3-opt %s --h3-precompute-spectra=lanes=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=ZERO
// RUN: not h3-opt %s --h3-precompute-spectra=lanes=65 -split-input-file 2>&1 | FileCheck %s --check-prefix=MANY
// ZERO: error: h3-precompute-spectra expects lanes from 1 to 64, found 0
// MANY: error: h3-precompute-spectra expects lanes from 1 to 64, found 65

// The kernel of a convolution by fft is transformed once, with the length that
// the form has; gates, skip and activation stay.
// CHECK-LABEL: @parameter
// CHECK-NEXT: %[[K:.*]] = h3.get_parameter @kernel
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<500x24xf32> -> tensor<2x512x2x16xf32>
// CHECK-NEXT: h3.long_conv form<fft> {gelu} ins(%arg0, %[[S]] : tensor<?x24xf32>, tensor<2x512x2x16xf32>)
// CHECK-SAME: skip(%arg1 : tensor<24xf32>) pre(%arg0 : tensor<?x24xf32>) post(%arg0 : tensor<?x24xf32>)
// CHECK-SAME: batch(%arg2 : tensor<?xi32>) outs(%arg3 : tensor<?x24xf32>)
// LANES8-LABEL: @parameter
// LANES8: h3.conv_spectrum %{{.*}} : tensor<500x24xf32> -> tensor<3x512x2x8xf32>
h3.parameter @kernel : tensor<500x24xf32> from ["kernel"]
func.func @parameter(%u: tensor<?x24xf32>, %skip: tensor<24xf32>, %starts: tensor<?xi32>,
                     %init: tensor<?x24xf32>) -> tensor<?x24xf32> {
  %kernel = h3.get_parameter @kernel : tensor<500x24xf32>
  %0 = h3.long_conv form<fft> {gelu} ins(%u, %kernel : tensor<?x24xf32>, tensor<500x24xf32>) skip(%skip : tensor<24xf32>)
    pre(%u : tensor<?x24xf32>) post(%u : tensor<?x24xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %0 : tensor<?x24xf32>
}

// -----

// Two directions are one spectrum.
// CHECK-LABEL: @two_sided
// CHECK: %[[S:.*]] = h3.conv_spectrum %[[K:.*]] reversed %[[R:.*]] : tensor<512x16xf32>, tensor<512x16xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.long_conv form<fft> {two_sided} ins(%arg0, %[[S]] : tensor<512x16xf32>, tensor<1x512x2x16xf32>) batch
h3.parameter @k : tensor<512x16xf32> from ["k"]
h3.parameter @r : tensor<512x16xf32> from ["r"]
func.func @two_sided(%u: tensor<512x16xf32>, %starts: tensor<?xi32>) -> tensor<512x16xf32> {
  %k = h3.get_parameter @k : tensor<512x16xf32>
  %r = h3.get_parameter @r : tensor<512x16xf32>
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<512x16xf32>, tensor<512x16xf32>) reversed(%r : tensor<512x16xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<512x16xf32>) -> tensor<512x16xf32>
  return %0 : tensor<512x16xf32>
}

// -----

// A function of parameters is as good as a parameter.
// CHECK-LABEL: @computed
// CHECK: %[[K:.*]] = h3.diag_kernel
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<100x8xf32> -> tensor<1x120x2x16xf32>
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %[[S]] :
h3.parameter @modes : tensor<4x2x8xf32> from ["modes"]
func.func @computed(%u: tensor<?x8xf32>, %starts: tensor<?xi32>) -> tensor<?x8xf32> {
  %modes = h3.get_parameter @modes : tensor<4x2x8xf32>
  %k = h3.diag_kernel %modes : tensor<4x2x8xf32> -> tensor<100x8xf32>
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<?x8xf32>, tensor<100x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// Left alone are kernels in time, those without a form, arguments, one argument
// of two, what is computed otherwise, and spectra.
// CHECK-LABEL: @left
// CHECK-NOT: h3.conv_spectrum
// CHECK: h3.long_conv form<direct> ins(%arg0, %[[K:.*]] : tensor<64x8xf32>, tensor<64x8xf32>)
// CHECK: h3.long_conv ins(%arg0, %[[K]] :
// CHECK: h3.long_conv form<fft> ins(%arg0, %arg1 :
// CHECK: h3.long_conv form<fft> ins(%arg0, %[[K]] : {{.*}} reversed(%arg1 :
// CHECK: h3.long_conv form<fft> ins(%arg0, %arg1 : {{.*}} reversed(%[[K]] :
// CHECK: %[[N:.*]] = arith.negf %[[K]]
// CHECK: h3.long_conv form<fft> ins(%arg0, %[[N]] :
// CHECK: h3.long_conv form<fft> ins(%arg0, %arg3 : tensor<64x8xf32>, tensor<1x64x2x8xf32>)
// CHECK-NOT: h3.conv_spectrum
// CHECK: return
h3.parameter @k : tensor<64x8xf32> from ["k"]
func.func @left(%u: tensor<64x8xf32>, %a: tensor<64x8xf32>, %starts: tensor<?xi32>, %s: tensor<1x64x2x8xf32>)
    -> (tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>) {
  %k = h3.get_parameter @k : tensor<64x8xf32>
  %0 = h3.long_conv form<direct> ins(%u, %k : tensor<64x8xf32>, tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %1 = h3.long_conv ins(%u, %k : tensor<64x8xf32>, tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %2 = h3.long_conv form<fft> ins(%u, %a : tensor<64x8xf32>, tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %3 = h3.long_conv form<fft> ins(%u, %k : tensor<64x8xf32>, tensor<64x8xf32>) reversed(%a : tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %4 = h3.long_conv form<fft> ins(%u, %a : tensor<64x8xf32>, tensor<64x8xf32>) reversed(%k : tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %n = arith.negf %k : tensor<64x8xf32>
  %5 = h3.long_conv form<fft> ins(%u, %n : tensor<64x8xf32>, tensor<64x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  %6 = h3.long_conv form<fft> ins(%u, %s : tensor<64x8xf32>, tensor<1x64x2x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<64x8xf32>) -> tensor<64x8xf32>
  return %0, %1, %2, %3, %4, %5, %6
    : tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>, tensor<64x8xf32>
}

// -----

// On memrefs there is no function of weights any more; the kernel stays.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: %[[K:.*]] = h3.get_parameter
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %[[K]] :
h3.parameter @kernel : tensor<100x16xf32> from ["kernel"]
func.func @memrefs(%u: memref<?x16xf32>, %starts: memref<?xi32>, %y: memref<?x16xf32>) {
  %kernel = h3.get_parameter @kernel : memref<100x16xf32>
  h3.long_conv form<fft> ins(%u, %kernel : memref<?x16xf32>, memref<100x16xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<?x16xf32>)
  return
}
