// RUN: h3-opt %s --h3-precompute-spectra | FileCheck %s

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
