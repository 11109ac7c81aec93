// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Parameters, their recipes and the functions of weights survive printing and
// parsing, with their optional parts and without.

// CHECK: h3.parameter @w : tensor<64xf32> from ["norm.weight"]{{$}}
h3.parameter @w : tensor<64xf32> from ["norm.weight"]
// CHECK: h3.parameter @placed : tensor<64xf32> from ["norm.bias"] at 256{{$}}
h3.parameter @placed : tensor<64xf32> from ["norm.bias"] at 256
// CHECK: h3.parameter @indices : tensor<3xi16> from ["indices"]{{$}}
h3.parameter @indices : tensor<3xi16> from ["indices"]
// An empty region is no recipe.
// CHECK: h3.parameter @empty : tensor<4xf32> from ["empty"]{{$}}
h3.parameter @empty : tensor<4xf32> from ["empty"] {
}
// CHECK: h3.parameter @panels : tensor<2x8x16xf32> from ["fc.weight"] at 512 {
// CHECK-NEXT: ^bb0(%[[W:.*]]: tensor<32x8xf32>):
// CHECK-NEXT: %[[P:.*]] = h3.pack_panels %[[W]] : tensor<32x8xf32> -> tensor<2x8x16xf32>
// CHECK-NEXT: h3.yield %[[P]] : tensor<2x8x16xf32>
// CHECK-NEXT: }{{$}}
h3.parameter @panels : tensor<2x8x16xf32> from ["fc.weight"] at 512 {
^bb0(%w: tensor<32x8xf32>):
  %0 = h3.pack_panels %w : tensor<32x8xf32> -> tensor<2x8x16xf32>
  h3.yield %0 : tensor<2x8x16xf32>
}
// CHECK: h3.parameter @taps : tensor<64x8xf32> from ["B", "C"] {
// CHECK-NEXT: ^bb0(%[[B:.*]]: tensor<8x64xf32>, %[[C:.*]]: tensor<1x8x64xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.shift_kernel %[[B]], %[[C]] : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
// CHECK-NEXT: h3.yield %[[K]] : tensor<64x8xf32>
// CHECK-NEXT: } {note = "kept"}
h3.parameter @taps : tensor<64x8xf32> from ["B", "C"] {
^bb0(%b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>):
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  h3.yield %0 : tensor<64x8xf32>
} {note = "kept"}
// CHECK: h3.parameter @spectrum : tensor<1x512x2x16xf32> from ["modes"] {
// CHECK-NEXT: ^bb0(%[[M:.*]]: tensor<4x32x8xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x32x8xf32> -> tensor<500x8xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] reversed %[[K]] : tensor<500x8xf32>, tensor<500x8xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.yield %[[S]] : tensor<1x512x2x16xf32>
// CHECK-NEXT: }
h3.parameter @spectrum : tensor<1x512x2x16xf32> from ["modes"] {
^bb0(%m: tensor<4x32x8xf32>):
  %0 = h3.diag_kernel %m : tensor<4x32x8xf32> -> tensor<500x8xf32>
  %1 = h3.conv_spectrum %0 reversed %0 : tensor<500x8xf32>, tensor<500x8xf32> -> tensor<1x512x2x16xf32>
  h3.yield %1 : tensor<1x512x2x16xf32>
}
// A recipe may have no steps.
// CHECK: h3.parameter @same : tensor<4xf32> from ["same"] {
// CHECK-NEXT: ^bb0(%[[V:.*]]: tensor<4xf32>):
// CHECK-NEXT: h3.yield %[[V]] : tensor<4xf32>
// CHECK-NEXT: }
h3.parameter @same : tensor<4xf32> from ["same"] {
^bb0(%v: tensor<4xf32>):
  h3.yield %v : tensor<4xf32>
}

// CHECK-LABEL: @get_parameter
func.func @get_parameter() {
  // CHECK: h3.get_parameter @w : tensor<64xf32>
  %0 = h3.get_parameter @w : tensor<64xf32>
  // CHECK: h3.get_parameter @w : memref<64xf32>
  %1 = h3.get_parameter @w : memref<64xf32>
  // CHECK: h3.get_parameter @panels : tensor<2x8x16xf32>
  %2 = h3.get_parameter @panels : tensor<2x8x16xf32>
  return
}

// CHECK-LABEL: @functions_of_weights
// CHECK-SAME: %[[W:[a-z0-9]+]]: tensor<100x64xf32>, %[[B:[a-z0-9]+]]: tensor<8x64xf32>, %[[C:[a-z0-9]+]]: tensor<1x8x64xf32>,
// CHECK-SAME: %[[DC:[a-z0-9]+]]: tensor<1x8x32x2xf32>, %[[DB:[a-z0-9]+]]: tensor<4x32x2xf32>, %[[DT:[a-z0-9]+]]: tensor<8xf32>,
// CHECK-SAME: %[[RE:[a-z0-9]+]]: tensor<4x32xf32>, %[[IM:[a-z0-9]+]]: tensor<4x32xf32>, %[[K:[a-z0-9]+]]: tensor<500x40xf32>, %[[R:[a-z0-9]+]]: tensor<500x40xf32>)
func.func @functions_of_weights(
    %w: tensor<100x64xf32>, %b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>,
    %dc: tensor<1x8x32x2xf32>, %db: tensor<4x32x2xf32>, %dt: tensor<8xf32>,
    %re: tensor<4x32xf32>, %im: tensor<4x32xf32>, %k: tensor<500x40xf32>, %r: tensor<500x40xf32>) {
  // CHECK: h3.pack_panels %[[W]] : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  // CHECK: h3.shift_kernel %[[B]], %[[C]] : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  // CHECK: %[[MODES:.*]] = h3.diag_modes %[[DC]], %[[DB]], %[[DT]], %[[RE]], %[[IM]] : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  %2 = h3.diag_modes %dc, %db, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  // Bilinear is what stands where nothing is said.
  // CHECK: h3.diag_modes %[[DC]], %[[DB]], %[[DT]], %[[RE]], %[[IM]] : tensor<1x8x32x2xf32>
  %3 = h3.diag_modes %dc, %db, %dt, %re, %im {discretization = #h3.discretization<bilinear>} : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  // CHECK: h3.diag_modes %[[DC]], %[[DB]], %[[DT]], %[[RE]], %[[IM]] {discretization = #h3.discretization<zoh>} : tensor<1x8x32x2xf32>
  %4 = h3.diag_modes %dc, %db, %dt, %re, %im {discretization = #h3.discretization<zoh>} : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  // CHECK: h3.diag_kernel %[[MODES]] : tensor<4x32x8xf32> -> tensor<512x8xf32>
  %5 = h3.diag_kernel %2 : tensor<4x32x8xf32> -> tensor<512x8xf32>
  // CHECK: h3.conv_spectrum %[[K]] : tensor<500x40xf32> -> tensor<3x512x2x16xf32>
  %6 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x512x2x16xf32>
  // CHECK: h3.conv_spectrum %[[K]] reversed %[[R]] : tensor<500x40xf32>, tensor<500x40xf32> -> tensor<5x540x2x8xf32>
  %7 = h3.conv_spectrum %k reversed %r : tensor<500x40xf32>, tensor<500x40xf32> -> tensor<5x540x2x8xf32>
  return
}
