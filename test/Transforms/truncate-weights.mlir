// RUN: h3-opt %s --h3-truncate-kernels='l1=0.01 checkpoint=%golden/hybrid/model.pt' --remarks-filter='h3-.*' --remark-format=emitRemark 2>%t.err | FileCheck %s
// RUN: FileCheck %s --check-prefix=REMARK < %t.err
// RUN: h3-opt %s --h3-truncate-kernels=l1=0.01 | FileCheck %s --check-prefix=UNKNOWN
// RUN: h3-opt %s --h3-truncate-kernels=checkpoint=%golden/hybrid/model.pt | FileCheck %s --check-prefix=UNKNOWN
// RUN: not h3-opt %s --h3-truncate-kernels='l1=0.01 checkpoint=%t.none' 2>&1 | FileCheck %s --check-prefix=NOFILE
// RUN: sed 's/"backbone.layers.0.mixer.kernel.kernel.log_dt"/"backbone.norm_f"/' %s > %t.name.mlir
// RUN: not h3-opt %t.name.mlir --h3-truncate-kernels='l1=0.01 checkpoint=%golden/hybrid/model.pt' 2>&1 | FileCheck %s --check-prefix=NONAME
// RUN: sed 's/"backbone.layers.0.mixer.kernel.kernel.log_dt"/"backbone.layers.0.mlp.fc1.bias"/' %s > %t.shape.mlir
// RUN: not h3-opt %t.shape.mlir --h3-truncate-kernels='l1=0.01 checkpoint=%golden/hybrid/model.pt' 2>&1 | FileCheck %s --check-prefix=SHAPE

// NOFILE: error: h3-truncate-kernels: {{.*}}.none
// NONAME: error: kernel cannot be bounded: {{.*}}model.pt: tensor 'backbone.norm_f' is missing
// SHAPE: error: kernel cannot be bounded: tensor 'backbone.layers.0.mlp.fc1.bias': expected the shape [64], found [256]

// The kernel of a layer of a model: the bound follows from the weights in its
// checkpoint (models/reference gives the same length and bound). Without the file
// it is unknown.
// CHECK: h3.diag_kernel %{{.*}} : tensor<4x32x64xf32> -> tensor<15333x64xf32>
// CHECK: h3.long_conv ins(%arg0, %{{.*}} : tensor<?x64xf32>, tensor<15333x64xf32>)
// REMARK: remark: [Passed] truncate | Category:h3-truncate-kernels | Remark="kernel of 16384 values cut to 15333: the l1 norm of the tail is at most 9.99e-03
// UNKNOWN: h3.diag_kernel %{{.*}} : tensor<4x32x64xf32> -> tensor<16384x64xf32>
h3.parameter @c : tensor<1x64x32x2xf32> from ["backbone.layers.0.mixer.kernel.kernel.C"]
h3.parameter @log_dt : tensor<64xf32> from ["backbone.layers.0.mixer.kernel.kernel.log_dt"]
h3.parameter @b : tensor<64x32x2xf32> from ["backbone.layers.0.mixer.kernel.kernel.B"]
h3.parameter @inv_a_real : tensor<64x32xf32> from ["backbone.layers.0.mixer.kernel.kernel.inv_A_real"]
h3.parameter @a_imag : tensor<64x32xf32> from ["backbone.layers.0.mixer.kernel.kernel.A_imag"]
func.func @layer(%u: tensor<?x64xf32>, %s: tensor<?xi32>, %y: tensor<?x64xf32>) -> tensor<?x64xf32> {
  %c = h3.get_parameter @c : tensor<1x64x32x2xf32>
  %log_dt = h3.get_parameter @log_dt : tensor<64xf32>
  %b = h3.get_parameter @b : tensor<64x32x2xf32>
  %inv_a_real = h3.get_parameter @inv_a_real : tensor<64x32xf32>
  %a_imag = h3.get_parameter @a_imag : tensor<64x32xf32>
  %modes = h3.diag_modes %c, %b, %log_dt, %inv_a_real, %a_imag
    : tensor<1x64x32x2xf32>, tensor<64x32x2xf32>, tensor<64xf32>, tensor<64x32xf32>, tensor<64x32xf32> -> tensor<4x32x64xf32>
  %k = h3.diag_kernel %modes : tensor<4x32x64xf32> -> tensor<16384x64xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x64xf32>, tensor<16384x64xf32>) batch(%s : tensor<?xi32>) outs(%y : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %0 : tensor<?x64xf32>
}
