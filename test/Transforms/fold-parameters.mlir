// RUN: h3-opt %s --h3-fold-parameters -split-input-file -verify-diagnostics | FileCheck %s

// Each function of parameters becomes a parameter; what it was made of goes.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @w.pack_panels : tensor<7x64x16xf32> from ["fc.weight"] {
// CHECK-NEXT: ^bb0(%[[W:.*]]: tensor<100x64xf32>):
// CHECK-NEXT: %[[P:.*]] = h3.pack_panels %[[W]] : tensor<100x64xf32> -> tensor<7x64x16xf32>
// CHECK-NEXT: h3.yield %[[P]] : tensor<7x64x16xf32>
// CHECK: h3.parameter @b.shift_kernel : tensor<64x8xf32> from ["B", "C"] {
// CHECK-NEXT: ^bb0(%[[B:.*]]: tensor<8x64xf32>, %[[C:.*]]: tensor<1x8x64xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.shift_kernel %[[B]], %[[C]] :
// CHECK-NEXT: h3.yield %[[K]] : tensor<64x8xf32>
// CHECK: h3.parameter @dc.diag_modes : tensor<4x32x8xf32> from ["dC", "dB", "dt", "re", "im"] {
// CHECK-NEXT: ^bb0(%[[DC:.*]]: tensor<1x8x32x2xf32>, %[[DB:.*]]: tensor<8x32x2xf32>, %[[DT:.*]]: tensor<8xf32>, %[[RE:.*]]: tensor<8x32xf32>, %[[IM:.*]]: tensor<8x32xf32>):
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes %[[DC]], %[[DB]], %[[DT]], %[[RE]], %[[IM]] :
// CHECK-NEXT: h3.yield %[[M]] : tensor<4x32x8xf32>
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @folded
// CHECK-DAG: %[[P:.*]] = h3.get_parameter @w.pack_panels : tensor<7x64x16xf32>
// CHECK-DAG: %[[K:.*]] = h3.get_parameter @b.shift_kernel : tensor<64x8xf32>
// CHECK-DAG: %[[M:.*]] = h3.get_parameter @dc.diag_modes : tensor<4x32x8xf32>
// CHECK: return %[[P]], %[[K]], %[[M]]
h3.parameter @w : tensor<100x64xf32> from ["fc.weight"]
h3.parameter @b : tensor<8x64xf32> from ["B"]
h3.parameter @c : tensor<1x8x64xf32> from ["C"]
h3.parameter @dc : tensor<1x8x32x2xf32> from ["dC"]
h3.parameter @db : tensor<8x32x2xf32> from ["dB"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @re : tensor<8x32xf32> from ["re"]
h3.parameter @im : tensor<8x32xf32> from ["im"]
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
// CHECK: h3.parameter @[[PANELS:.*]] : tensor<7x64x16xf32> from ["w"] {
// CHECK: h3.pack_panels
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @twice
// CHECK-COUNT-2: h3.get_parameter @[[PANELS]]
h3.parameter @w : tensor<100x64xf32> from ["w"]
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
// CHECK: h3.parameter @used : tensor<4xf32> from ["used"]
// CHECK-NOT: @unused
// CHECK-LABEL: @untouched
// CHECK-NEXT: %[[V:.*]] = h3.get_parameter @used : tensor<4xf32>
// CHECK-NEXT: return %[[V]]
h3.parameter @unused : tensor<4xf32> from ["unused"]
h3.parameter @used : tensor<4xf32> from ["used"]
func.func @untouched() -> tensor<4xf32> {
  %0 = h3.get_parameter @unused : tensor<4xf32>
  %1 = h3.get_parameter @used : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

func.func @no_parameter(%w: tensor<100x64xf32>) -> tensor<7x64x16xf32> {
  // expected-error@+1 {{'h3.pack_panels' op expected operands that are parameters}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x16xf32>
  return %0 : tensor<7x64x16xf32>
}

// -----

// Of two operands, both have to be parameters.
h3.parameter @b : tensor<8x64xf32> from ["B"]
func.func @one_parameter(%c: tensor<1x8x64xf32>) -> tensor<64x8xf32> {
  %b = h3.get_parameter @b : tensor<8x64xf32>
  // expected-error@+1 {{'h3.shift_kernel' op expected operands that are parameters}}
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  return %0 : tensor<64x8xf32>
}

// -----

// What another operation computes from a parameter is none.
h3.parameter @w : tensor<32x16xf32> from ["w"]
func.func @computed() -> tensor<2x16x16xf32> {
  %w = h3.get_parameter @w : tensor<32x16xf32>
  %v = arith.addf %w, %w : tensor<32x16xf32>
  // expected-error@+1 {{'h3.pack_panels' op expected operands that are parameters}}
  %0 = h3.pack_panels %v : tensor<32x16xf32> -> tensor<2x16x16xf32>
  return %0 : tensor<2x16x16xf32>
}

// -----

// A function of a parameter that was declared with a recipe holds both steps;
// the parameter, in use itself, stays as it is.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[PANELS:[A-Za-z0-9_.]+]] : tensor<4x8x16xf32> from ["b", "c"] {
// CHECK-NEXT: ^bb0(%[[B:.*]]: tensor<8x64xf32>, %[[C:.*]]: tensor<1x8x64xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.shift_kernel %[[B]], %[[C]] : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
// CHECK-NEXT: %[[P:.*]] = h3.pack_panels %[[K]] : tensor<64x8xf32> -> tensor<4x8x16xf32>
// CHECK-NEXT: h3.yield %[[P]] : tensor<4x8x16xf32>
// CHECK-NEXT: }
// CHECK-NEXT: h3.parameter @taps : tensor<64x8xf32> from ["b", "c"] {
// CHECK-NEXT: ^bb0(%[[B:.*]]: tensor<8x64xf32>, %[[C:.*]]: tensor<1x8x64xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.shift_kernel %[[B]], %[[C]] : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
// CHECK-NEXT: h3.yield %[[K]] : tensor<64x8xf32>
// CHECK-NEXT: }
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @declared_recipe
// CHECK-DAG: %[[T:.*]] = h3.get_parameter @taps
// CHECK-DAG: %[[P:.*]] = h3.get_parameter @[[PANELS]]
// CHECK: return %[[T]], %[[P]]
h3.parameter @taps : tensor<64x8xf32> from ["b", "c"] {
^bb0(%b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>):
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  h3.yield %0 : tensor<64x8xf32>
}
func.func @declared_recipe() -> (tensor<64x8xf32>, tensor<4x8x16xf32>) {
  %w = h3.get_parameter @taps : tensor<64x8xf32>
  %0 = h3.pack_panels %w : tensor<64x8xf32> -> tensor<4x8x16xf32>
  return %w, %0 : tensor<64x8xf32>, tensor<4x8x16xf32>
}

// -----

// Two steps are one recipe; the first alone goes where nothing else uses it.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[SPECTRUM:[A-Za-z0-9_.]+]] : tensor<1x64x2x16xf32> from ["B", "C"] {
// CHECK-NEXT: ^bb0(%[[B:.*]]: tensor<8x64xf32>, %[[C:.*]]: tensor<1x8x64xf32>):
// CHECK-NEXT: %[[K:.*]] = h3.shift_kernel %[[B]], %[[C]] : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] : tensor<64x8xf32> -> tensor<1x64x2x16xf32>
// CHECK-NEXT: h3.yield %[[S]] : tensor<1x64x2x16xf32>
// CHECK-NEXT: }
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @two_steps
// CHECK: %[[V:.*]] = h3.get_parameter @[[SPECTRUM]] : tensor<1x64x2x16xf32>
// CHECK: return %[[V]]
h3.parameter @b : tensor<8x64xf32> from ["B"]
h3.parameter @c : tensor<1x8x64xf32> from ["C"]
func.func @two_steps() -> tensor<1x64x2x16xf32> {
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %c = h3.get_parameter @c : tensor<1x8x64xf32>
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.conv_spectrum %0 : tensor<64x8xf32> -> tensor<1x64x2x16xf32>
  return %1 : tensor<1x64x2x16xf32>
}

// -----

// Three steps of two kernels that share sources, which stand once; the modes,
// in use themselves, stay.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[SPECTRUM:[A-Za-z0-9_.]+]] : tensor<1x512x2x16xf32> from ["C", "B", "dt", "A", "C2"] {
// CHECK-NEXT: ^bb0(%[[C:[a-z0-9]+]]: tensor<1x8x32x2xf32>, %[[B:[a-z0-9]+]]: tensor<8x32x2xf32>, %[[DT:[a-z0-9]+]]: tensor<8xf32>, %[[A:[a-z0-9]+]]: tensor<8x32xf32>, %[[C2:[a-z0-9]+]]: tensor<1x8x32x2xf32>):
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes %[[C]], %[[B]], %[[DT]], %[[A]], %[[A]] :
// CHECK-NEXT: %[[K:.*]] = h3.diag_kernel %[[M]] : tensor<4x32x8xf32> -> tensor<512x8xf32>
// CHECK-NEXT: %[[M2:.*]] = h3.diag_modes %[[C2]], %[[B]], %[[DT]], %[[A]], %[[A]] :
// CHECK-NEXT: %[[R:.*]] = h3.diag_kernel %[[M2]] : tensor<4x32x8xf32> -> tensor<512x8xf32>
// CHECK-NEXT: %[[S:.*]] = h3.conv_spectrum %[[K]] reversed %[[R]] : tensor<512x8xf32>, tensor<512x8xf32> -> tensor<1x512x2x16xf32>
// CHECK-NEXT: h3.yield %[[S]] : tensor<1x512x2x16xf32>
// CHECK-NEXT: }
// CHECK-NEXT: h3.parameter @[[MODES:[A-Za-z0-9_.]+]] : tensor<4x32x8xf32> from ["C", "B", "dt", "A"] {
// CHECK-NEXT: ^bb0(%[[C:[a-z0-9]+]]: tensor<1x8x32x2xf32>, %[[B:[a-z0-9]+]]: tensor<8x32x2xf32>, %[[DT:[a-z0-9]+]]: tensor<8xf32>, %[[A:[a-z0-9]+]]: tensor<8x32xf32>):
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes %[[C]], %[[B]], %[[DT]], %[[A]], %[[A]] :
// CHECK-NEXT: h3.yield %[[M]] : tensor<4x32x8xf32>
// CHECK-NEXT: }
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @three_steps
// CHECK-DAG: %[[V:.*]] = h3.get_parameter @[[MODES]] : tensor<4x32x8xf32>
// CHECK-DAG: %[[S:.*]] = h3.get_parameter @[[SPECTRUM]] : tensor<1x512x2x16xf32>
// CHECK: return %[[V]], %[[S]]
h3.parameter @c : tensor<1x8x32x2xf32> from ["C"]
h3.parameter @c2 : tensor<1x8x32x2xf32> from ["C2"]
h3.parameter @b : tensor<8x32x2xf32> from ["B"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @a : tensor<8x32xf32> from ["A"]
func.func @three_steps() -> (tensor<4x32x8xf32>, tensor<1x512x2x16xf32>) {
  %c = h3.get_parameter @c : tensor<1x8x32x2xf32>
  %c2 = h3.get_parameter @c2 : tensor<1x8x32x2xf32>
  %b = h3.get_parameter @b : tensor<8x32x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %a = h3.get_parameter @a : tensor<8x32xf32>
  %0 = h3.diag_modes %c, %b, %dt, %a, %a
    : tensor<1x8x32x2xf32>, tensor<8x32x2xf32>, tensor<8xf32>, tensor<8x32xf32>, tensor<8x32xf32> -> tensor<4x32x8xf32>
  %1 = h3.diag_kernel %0 : tensor<4x32x8xf32> -> tensor<512x8xf32>
  %2 = h3.diag_modes %c2, %b, %dt, %a, %a
    : tensor<1x8x32x2xf32>, tensor<8x32x2xf32>, tensor<8xf32>, tensor<8x32xf32>, tensor<8x32xf32> -> tensor<4x32x8xf32>
  %3 = h3.diag_kernel %2 : tensor<4x32x8xf32> -> tensor<512x8xf32>
  %4 = h3.conv_spectrum %1 reversed %3 : tensor<512x8xf32>, tensor<512x8xf32> -> tensor<1x512x2x16xf32>
  return %0, %4 : tensor<4x32x8xf32>, tensor<1x512x2x16xf32>
}

// -----

// Equal chains of functions are stored once, wherever they stand.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[PANELS:[A-Za-z0-9_.]+]] : tensor<4x8x16xf32> from ["B", "C"] {
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @chain
// CHECK: h3.get_parameter @[[PANELS]]
// CHECK-LABEL: @same_chain
// CHECK: h3.get_parameter @[[PANELS]]
h3.parameter @b : tensor<8x64xf32> from ["B"]
h3.parameter @c : tensor<1x8x64xf32> from ["C"]
func.func @chain() -> tensor<4x8x16xf32> {
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %c = h3.get_parameter @c : tensor<1x8x64xf32>
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.pack_panels %0 : tensor<64x8xf32> -> tensor<4x8x16xf32>
  return %1 : tensor<4x8x16xf32>
}
func.func @same_chain() -> tensor<4x8x16xf32> {
  %c = h3.get_parameter @c : tensor<1x8x64xf32>
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.pack_panels %0 : tensor<64x8xf32> -> tensor<4x8x16xf32>
  return %1 : tensor<4x8x16xf32>
}

// -----

// A function of a function of parameters has one recipe; sources stand once.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[S:[A-Za-z0-9_.]+]] : tensor<1x512x2x16xf32> from ["c", "b", "dt", "re", "im"] {
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: %[[M:.*]] = h3.diag_modes {{.*}} {discretization = #h3.discretization<zoh>}
// CHECK: h3.diag_kernel
// CHECK: %[[S2:.*]] = h3.conv_spectrum %{{.*}} reversed
// CHECK-NEXT: h3.yield %[[S2]]
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @composed
// CHECK: %[[V:.*]] = h3.get_parameter @[[S]]
// CHECK-NEXT: return %[[V]]
h3.parameter @c : tensor<1x8x4x2xf32> from ["c"]
h3.parameter @b : tensor<8x4x2xf32> from ["b"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @re : tensor<8x4xf32> from ["re"]
h3.parameter @im : tensor<8x4xf32> from ["im"]
func.func @composed() -> tensor<1x512x2x16xf32> {
  %c = h3.get_parameter @c : tensor<1x8x4x2xf32>
  %b = h3.get_parameter @b : tensor<8x4x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %re = h3.get_parameter @re : tensor<8x4xf32>
  %im = h3.get_parameter @im : tensor<8x4xf32>
  %m = h3.diag_modes %c, %b, %dt, %re, %im {discretization = #h3.discretization<zoh>}
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %k = h3.diag_kernel %m : tensor<4x4x8xf32> -> tensor<512x8xf32>
  %s = h3.conv_spectrum %k reversed %k : tensor<512x8xf32>, tensor<512x8xf32> -> tensor<1x512x2x16xf32>
  return %s : tensor<1x512x2x16xf32>
}

// -----

// One parameter packed in two ways is two parameters, whatever their names.
// CHECK-DAG: h3.parameter @[[WIDE:[A-Za-z0-9_.]+]] : tensor<2x64x16xf32> from ["w"] {
// CHECK-DAG: h3.parameter @[[NARROW:[A-Za-z0-9_.]+]] : tensor<4x64x8xf32> from ["w"] {
// CHECK-LABEL: @two_widths
// CHECK-DAG: %[[A:.*]] = h3.get_parameter @[[WIDE]]
// CHECK-DAG: %[[B:.*]] = h3.get_parameter @[[NARROW]]
// CHECK: return %[[A]], %[[B]]
h3.parameter @w : tensor<32x64xf32> from ["w"]
func.func private @w.pack_panels()
func.func @two_widths() -> (tensor<2x64x16xf32>, tensor<4x64x8xf32>) {
  %w = h3.get_parameter @w : tensor<32x64xf32>
  %0 = h3.pack_panels %w : tensor<32x64xf32> -> tensor<2x64x16xf32>
  %1 = h3.pack_panels %w : tensor<32x64xf32> -> tensor<4x64x8xf32>
  return %0, %1 : tensor<2x64x16xf32>, tensor<4x64x8xf32>
}

// -----

// Functions that share one parameter of two are two parameters.
// CHECK-DAG: h3.parameter @[[ONE:[A-Za-z0-9_.]+]] : tensor<64x8xf32> from ["B", "C1"] {
// CHECK-DAG: h3.parameter @[[TWO:[A-Za-z0-9_.]+]] : tensor<64x8xf32> from ["B", "C2"] {
// CHECK-LABEL: @shared_operand
// CHECK-DAG: %[[K1:.*]] = h3.get_parameter @[[ONE]]
// CHECK-DAG: %[[K2:.*]] = h3.get_parameter @[[TWO]]
// CHECK: return %[[K1]], %[[K2]]
h3.parameter @b : tensor<8x64xf32> from ["B"]
h3.parameter @c1 : tensor<1x8x64xf32> from ["C1"]
h3.parameter @c2 : tensor<1x8x64xf32> from ["C2"]
func.func @shared_operand() -> (tensor<64x8xf32>, tensor<64x8xf32>) {
  %b = h3.get_parameter @b : tensor<8x64xf32>
  %c1 = h3.get_parameter @c1 : tensor<1x8x64xf32>
  %c2 = h3.get_parameter @c2 : tensor<1x8x64xf32>
  %0 = h3.shift_kernel %b, %c1 : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  %1 = h3.shift_kernel %b, %c2 : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  return %0, %1 : tensor<64x8xf32>, tensor<64x8xf32>
}

// -----

// What differs in an attribute is another parameter; an attribute written out
// is the same as its default.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[BILINEAR:[A-Za-z0-9_.]+]] : tensor<4x4x8xf32> from ["c", "b", "dt", "re"] {
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: h3.diag_modes %{{[^{]*}} : tensor<1x8x4x2xf32>
// CHECK: h3.parameter @[[ZOH:[A-Za-z0-9_.]+]] : tensor<4x4x8xf32> from ["c", "b", "dt", "re"] {
// CHECK-NEXT: ^bb0(
// CHECK-NEXT: h3.diag_modes %{{[^{]*}} {discretization = #h3.discretization<zoh>} : tensor<1x8x4x2xf32>
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @two_discretizations
// CHECK: %[[V:.*]] = h3.get_parameter @[[BILINEAR]]
// CHECK-NEXT: %[[Z:.*]] = h3.get_parameter @[[ZOH]]
// CHECK-NEXT: %[[W:.*]] = h3.get_parameter @[[BILINEAR]]
// CHECK-NEXT: return %[[V]], %[[Z]], %[[W]]
h3.parameter @c : tensor<1x8x4x2xf32> from ["c"]
h3.parameter @b : tensor<8x4x2xf32> from ["b"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @re : tensor<8x4xf32> from ["re"]
func.func @two_discretizations() -> (tensor<4x4x8xf32>, tensor<4x4x8xf32>, tensor<4x4x8xf32>) {
  %c = h3.get_parameter @c : tensor<1x8x4x2xf32>
  %b = h3.get_parameter @b : tensor<8x4x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %re = h3.get_parameter @re : tensor<8x4xf32>
  %0 = h3.diag_modes %c, %b, %dt, %re, %re
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %1 = h3.diag_modes %c, %b, %dt, %re, %re {discretization = #h3.discretization<zoh>}
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %2 = h3.diag_modes %c, %b, %dt, %re, %re {discretization = #h3.discretization<bilinear>}
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  return %0, %1, %2 : tensor<4x4x8xf32>, tensor<4x4x8xf32>, tensor<4x4x8xf32>
}

// -----

// Functions of what differs in an attribute are two parameters as well.
// CHECK-DAG: from ["c", "b", "dt", "re"] {{[{]}}{{[[:space:]]+}}^bb0({{.*}}):{{[[:space:]]+}}%{{.*}} = h3.diag_modes %{{[^{]*}} : {{.*}}{{[[:space:]]+}}%{{.*}} = h3.diag_kernel
// CHECK-DAG: from ["c", "b", "dt", "re"] {{[{]}}{{[[:space:]]+}}^bb0({{.*}}):{{[[:space:]]+}}%{{.*}} = h3.diag_modes %{{[^{]*}} {discretization = #h3.discretization<zoh>} : {{.*}}{{[[:space:]]+}}%{{.*}} = h3.diag_kernel
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @two_kernels
// CHECK: %[[V:.*]] = h3.get_parameter @[[FIRST:[A-Za-z0-9_.]+]]
// CHECK-NOT: h3.get_parameter @[[FIRST]] :
// CHECK: return
h3.parameter @c : tensor<1x8x4x2xf32> from ["c"]
h3.parameter @b : tensor<8x4x2xf32> from ["b"]
h3.parameter @dt : tensor<8xf32> from ["dt"]
h3.parameter @re : tensor<8x4xf32> from ["re"]
func.func @two_kernels() -> (tensor<64x8xf32>, tensor<64x8xf32>) {
  %c = h3.get_parameter @c : tensor<1x8x4x2xf32>
  %b = h3.get_parameter @b : tensor<8x4x2xf32>
  %dt = h3.get_parameter @dt : tensor<8xf32>
  %re = h3.get_parameter @re : tensor<8x4xf32>
  %0 = h3.diag_modes %c, %b, %dt, %re, %re {discretization = #h3.discretization<zoh>}
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %1 = h3.diag_kernel %0 : tensor<4x4x8xf32> -> tensor<64x8xf32>
  %2 = h3.diag_modes %c, %b, %dt, %re, %re
    : tensor<1x8x4x2xf32>, tensor<8x4x2xf32>, tensor<8xf32>, tensor<8x4xf32>, tensor<8x4xf32> -> tensor<4x4x8xf32>
  %3 = h3.diag_kernel %2 : tensor<4x4x8xf32> -> tensor<64x8xf32>
  return %1, %3 : tensor<64x8xf32>, tensor<64x8xf32>
}

// -----

// Chains of functions are parameters as a whole, sources in the order in which
// they are joined. The scales are a parameter of their own, and a step within
// that of the values.
// CHECK-NOT: h3.parameter
// CHECK: h3.parameter @[[SCALES:.*quantize_scales]] : tensor<24x2xf16> from ["q", "k"] {
// CHECK-NEXT: ^bb0(%[[Q:.*]]: tensor<8x64xf32>, %[[K:.*]]: tensor<16x64xf32>):
// CHECK-NEXT: %[[W:.*]] = h3.concat_rows %[[Q]], %[[K]] : tensor<8x64xf32>, tensor<16x64xf32> -> tensor<24x64xf32>
// CHECK-NEXT: %[[S:.*]] = h3.quantize_scales %[[W]] : tensor<24x64xf32> -> tensor<24x2xf16>
// CHECK-NEXT: h3.yield %[[S]] : tensor<24x2xf16>
// CHECK: h3.parameter @[[VALUES:.*quantize]] : tensor<24x32xi8> from ["q", "k"] {
// CHECK-NEXT: ^bb0(%[[Q:.*]]: tensor<8x64xf32>, %[[K:.*]]: tensor<16x64xf32>):
// CHECK: h3.concat_rows %[[Q]], %[[K]] :
// CHECK: %[[S:.*]] = h3.quantize_scales %{{.*}} : tensor<24x64xf32> -> tensor<24x2xf16>
// CHECK: %[[V:.*]] = h3.quantize %{{.*}}, %[[S]] : tensor<24x64xf32>, tensor<24x2xf16> -> tensor<24x32xi8>
// CHECK-NEXT: h3.yield %[[V]] : tensor<24x32xi8>
// CHECK: h3.parameter @[[HALF:.*round_weight]] : tensor<8x64xbf16> from ["q"] {
// CHECK: h3.round_weight %{{.*}} : tensor<8x64xf32> -> tensor<8x64xbf16>
// CHECK: h3.parameter @[[BIAS:.*concat_rows]] : tensor<16xf32> from ["b"] {
// CHECK: h3.concat_rows
// CHECK-NOT: h3.parameter
// CHECK-LABEL: @chains
// CHECK-DAG: %[[A:.*]] = h3.get_parameter @[[SCALES]] : tensor<24x2xf16>
// CHECK-DAG: %[[B:.*]] = h3.get_parameter @[[VALUES]] : tensor<24x32xi8>
// CHECK-DAG: %[[C:.*]] = h3.get_parameter @[[BIAS]] : tensor<16xf32>
// CHECK-DAG: %[[D:.*]] = h3.get_parameter @[[HALF]] : tensor<8x64xbf16>
// CHECK: return %[[A]], %[[B]], %[[C]], %[[D]]
h3.parameter @q : tensor<8x64xf32> from ["q"]
h3.parameter @k : tensor<16x64xf32> from ["k"]
h3.parameter @b : tensor<8xf32> from ["b"]
func.func @chains() -> (tensor<24x2xf16>, tensor<24x32xi8>, tensor<16xf32>, tensor<8x64xbf16>) {
  %q = h3.get_parameter @q : tensor<8x64xf32>
  %k = h3.get_parameter @k : tensor<16x64xf32>
  %b = h3.get_parameter @b : tensor<8xf32>
  %w = h3.concat_rows %q, %k : tensor<8x64xf32>, tensor<16x64xf32> -> tensor<24x64xf32>
  %s = h3.quantize_scales %w : tensor<24x64xf32> -> tensor<24x2xf16>
  %v = h3.quantize %w, %s : tensor<24x64xf32>, tensor<24x2xf16> -> tensor<24x32xi8>
  %c = h3.concat_rows %b, %b : tensor<8xf32>, tensor<8xf32> -> tensor<16xf32>
  %h = h3.round_weight %q : tensor<8x64xf32> -> tensor<8x64xbf16>
  return %s, %v, %c, %h : tensor<24x2xf16>, tensor<24x32xi8>, tensor<16xf32>, tensor<8x64xbf16>
}
