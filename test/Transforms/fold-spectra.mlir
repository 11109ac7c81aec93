// RUN: h3-opt %s --h3-select-form='form=fft exact=false' --h3-split-sequences --h3-fold-parameters | FileCheck %s

// The modes have a recipe of their own, as the SSM reads them beside the spectrum.
// The spectrum's recipe holds all that it is made of.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[SPECTRUM:[A-Za-z0-9_.]+]] : tensor<1x64x2x16xf32> from ["C", "B", "dt", "re", "im"] {
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x4x8xf32> -> tensor<64x8xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<64x8xf32> -> tensor<1x64x2x16xf32>
// CHECK-NEXT: h3.yield %[[S]] : tensor<1x64x2x16xf32>
// CHECK-NEXT: }
// CHECK-NEXT: h3.parameter @[[MODES:[A-Za-z0-9_.]+]] : tensor<4x4x8xf32> from ["C", "B", "dt", "re", "im"] {
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes
// CHECK-NEXT: h3.yield %[[M]]
// CHECK-NEXT: }
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @folded
// CHECK-DAG: %[[M:.*]] = h3.get_parameter @[[MODES]] : tensor<4x4x8xf32>
// CHECK-DAG: %[[S:.*]] = h3.get_parameter @[[SPECTRUM]] : tensor<1x64x2x16xf32>
// CHECK: h3.diag_ssm form<fft> ins(%arg0, %[[M]], %arg1 : {{.*}}) spectrum(%[[S]] : tensor<1x64x2x16xf32>)
h3.parameter @c : tensor<1x8x4x2xf32> from ["C"]
h3.parameter @b : tensor<8x4x2xf32> from ["B"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @re : tensor<8x4xf32> from ["re"]
h3.parameter @im : tensor<8x4xf32> from ["im"]
func.func @folded(%u: tensor<?x8xf32>, %skip: tensor<8xf32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>,
                  %positions: tensor<?xi32>, %state: tensor<?x4x2x8xf32>) -> (tensor<?x8xf32>, tensor<?x4x2x8xf32>) {
  %c = h3.get_parameter @c : tensor<1x8x4x2xf32>
  %b = h3.get_parameter @b : tensor<8x4x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %re = h3.get_parameter @re : tensor<8x4xf32>
  %im = h3.get_parameter @im : tensor<8x4xf32>
  %modes = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %0, %1 = h3.diag_ssm ins(%u, %modes, %skip : tensor<?x8xf32>, tensor<4x4x8xf32>, tensor<8xf32>)
    batch(%starts, %slots, %positions : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %state : tensor<?x8xf32>, tensor<?x4x2x8xf32>) -> tensor<?x8xf32>, tensor<?x4x2x8xf32>
  return %0, %1 : tensor<?x8xf32>, tensor<?x4x2x8xf32>
}
