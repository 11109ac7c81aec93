// RUN: h3-opt %s --h3-fold-parameters -split-input-file -verify-diagnostics | FileCheck %s

// Each function of parameters becomes a parameter; what it was made of goes.
// CHECK-NOT: from "copy"
// CHECK-DAG: h3.parameter @[[PANELS:[A-Za-z0-9_.]+]] : tensor<7x64x16xf32> from "pack_panels"["fc.weight"]
// CHECK-DAG: h3.parameter @[[TAPS:[A-Za-z0-9_.]+]] : tensor<64x8xf32> from "shift_kernel"["B", "C"]
// CHECK-DAG: h3.parameter @[[MODES:[A-Za-z0-9_.]+]] : tensor<4x32x8xf32> from "diag_modes"["dC", "dB", "dt", "re", "im"]
// CHECK-NOT: from "copy"
// CHECK-LABEL: @folded
// CHECK-DAG: %[[P:.*]] = h3.get_parameter @[[PANELS]] : tensor<7x64x16xf32>
// CHECK-DAG: %[[K:.*]] = h3.get_parameter @[[TAPS]] : tensor<64x8xf32>
// CHECK-DAG: %[[M:.*]] = h3.get_parameter @[[MODES]] : tensor<4x32x8xf32>
// CHECK: return %[[P]], %[[K]], %[[M]]
h3.parameter @w : tensor<100x64xf32> from "copy"["fc.weight"]
h3.parameter @b : tensor<8x64xf32> from "copy"["B"]
h3.parameter @c : tensor<1x8x64xf32> from "copy"["C"]
h3.parameter @dc : tensor<1x8x32x2xf32> from "copy"["dC"]
h3.parameter @db : tensor<8x32x2xf32> from "copy"["dB"]
h3.parameter @dt : tensor<8xf32> from "copy"["dt"]
h3.parameter @re : tensor<8x32xf32> from "copy"["re"]
h3.parameter @im : tensor<8x32xf32> from "copy"["im"]
func.func @folded() -> (tensor<7x64x16xf32>, tensor<64x8xf32>, tensor<4x32x8xf32>) {
  %w = h3.get_parameter @w : tensor<100x64xf32>
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %c = h3.get_parameter @c : tensor<1x8x64xf32>
  %dc = h3.get_parameter @dc : tensor<1x8x32x2xf32>
  %db = h3.get_parameter @db : tensor<8x32x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %re = h3.get_parameter @re : tensor<8x32xf32>
  %im = h3.get_parameter @im : tensor<8x32xf32>
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %1 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %2 = h3.diag_modes %dc, %db, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<8x32x2xf32>, tensor<8xf32>, tensor<8x32xf32>, tensor<8x32xf32> -> tensor<4x32x8xf32>
  return %0, %1, %2 : tensor<7x64x16xf32>, tensor<64x8xf32>, tensor<4x32x8xf32>
}

// -----

// The same function of the same parameter is stored once.
// CHECK: h3.parameter @[[PANELS:.*]] : tensor<7x64x16xf32> from "pack_panels"["w"]
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @twice
// CHECK-COUNT-2: h3.get_parameter @[[PANELS]]
h3.parameter @w : tensor<100x64xf32> from "copy"["w"]
func.func @twice() -> (tensor<7x64x16xf32>, tensor<7x64x16xf32>) {
  %w = h3.get_parameter @w : tensor<100x64xf32>
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  %v = h3.get_parameter @w : tensor<100x64xf32>
  %1 = h3.pack_panels %v : tensor<100x64xf32> -> tensor<7x64x16xf32>
  return %0, %1 : tensor<7x64x16xf32>, tensor<7x64x16xf32>
}

// -----

// A parameter in use stays, a parameter without a use goes.
// CHECK-NOT: @unused
// CHECK: h3.parameter @used : tensor<4xf32> from "copy"["used"]
// CHECK-NOT: @unused
// CHECK-LABEL: @untouched
// CHECK-NEXT: %[[V:.*]] = h3.get_parameter @used : tensor<4xf32>
// CHECK-NEXT: return %[[V]]
h3.parameter @unused : tensor<4xf32> from "copy"["unused"]
h3.parameter @used : tensor<4xf32> from "copy"["used"]
func.func @untouched() -> tensor<4xf32> {
  %0 = h3.get_parameter @unused : tensor<4xf32>
  %1 = h3.get_parameter @used : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @no_parameter(%w: tensor<100x64xf32>) -> tensor<7x64x16xf32> {
  // expected-error@+1 {{'h3.pack_panels' op expected operands that are parameters of the checkpoint}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  return %0 : tensor<7x64x16xf32>
}

// -----

h3.parameter @w : tensor<32x16xf32> from "shift_kernel"["b", "c"]
func.func @no_checkpoint_tensor() -> tensor<2x16x16xf32> {
  %w = h3.get_parameter @w : tensor<32x16xf32>
  // expected-error@+1 {{'h3.pack_panels' op expected operands that are parameters of the checkpoint}}
  %0 = h3.pack_panels %w : tensor<32x16xf32> -> tensor<2x16x16xf32>
  return %0 : tensor<2x16x16xf32>
}

// -----

// One parameter packed in two ways is two parameters, whatever their names.
// CHECK-DAG: h3.parameter @[[WIDE:[A-Za-z0-9_.]+]] : tensor<2x64x16xf32> from "pack_panels"["w"]
// CHECK-DAG: h3.parameter @[[NARROW:[A-Za-z0-9_.]+]] : tensor<4x64x8xf32> from "pack_panels"["w"]
// CHECK-LABEL: @two_widths
// CHECK-DAG: %[[A:.*]] = h3.get_parameter @[[WIDE]]
// CHECK-DAG: %[[B:.*]] = h3.get_parameter @[[NARROW]]
// CHECK: return %[[A]], %[[B]]
h3.parameter @w : tensor<32x64xf32> from "copy"["w"]
func.func private @w.pack_panels()
func.func @two_widths() -> (tensor<2x64x16xf32>, tensor<4x64x8xf32>) {
  %w = h3.get_parameter @w : tensor<32x64xf32>
  %0 = h3.pack_panels %w : tensor<32x64xf32> -> tensor<2x64x16xf32>
  %1 = h3.pack_panels %w : tensor<32x64xf32> -> tensor<4x64x8xf32>
  return %0, %1 : tensor<2x64x16xf32>, tensor<4x64x8xf32>
}

// -----

// Functions that share one parameter of two are two parameters.
// CHECK-DAG: h3.parameter @[[ONE:[A-Za-z0-9_.]+]] : tensor<64x8xf32> from "shift_kernel"["B", "C1"]
// CHECK-DAG: h3.parameter @[[TWO:[A-Za-z0-9_.]+]] : tensor<64x8xf32> from "shift_kernel"["B", "C2"]
// CHECK-LABEL: @shared_operand
// CHECK-DAG: %[[K1:.*]] = h3.get_parameter @[[ONE]]
// CHECK-DAG: %[[K2:.*]] = h3.get_parameter @[[TWO]]
// CHECK: return %[[K1]], %[[K2]]
h3.parameter @b : tensor<8x64xf32> from "copy"["B"]
h3.parameter @c1 : tensor<1x8x64xf32> from "copy"["C1"]
h3.parameter @c2 : tensor<1x8x64xf32> from "copy"["C2"]
func.func @shared_operand() -> (tensor<64x8xf32>, tensor<64x8xf32>) {
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %c1 = h3.get_parameter @c1 : tensor<1x8x64xf32>
  %c2 = h3.get_parameter @c2 : tensor<1x8x64xf32>
  %0 = h3.shift_kernel %b, %c1 : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.shift_kernel %b, %c2 : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  return %0, %1 : tensor<64x8xf32>, tensor<64x8xf32>
}
