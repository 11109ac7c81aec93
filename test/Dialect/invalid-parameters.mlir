// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Parameters and what the weight writer derives from them: one case for each
// branch of their verifiers. Recipes, kernels and spectra are in
// invalid-recipes.mlir.

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 1, found 2}}
h3.parameter @parameter_c1_two_sources : tensor<4xf32> from ["a", "b"]

// -----

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 1, found 0}}
h3.parameter @parameter_c1_no_source : tensor<4xf32> from []

// -----

// expected-error@+1 {{'h3.parameter' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of any type values}}
h3.parameter @parameter_c2 : tensor<?xf32> from ["a"]

// -----

func.func @get_parameter_c1() {
  // expected-error@+1 {{'h3.get_parameter' op (C1): '@none' is no h3.parameter}}
  %0 = h3.get_parameter @none : tensor<4xf32>
  return
}

// -----

func.func @get_parameter_c1_other_symbol() {
  // expected-error@+1 {{'h3.get_parameter' op (C1): '@get_parameter_c1_other_symbol' is no h3.parameter}}
  %0 = h3.get_parameter @get_parameter_c1_other_symbol : tensor<4xf32>
  return
}

// -----

h3.parameter @p : tensor<4xf32> from ["a"]
func.func @get_parameter_c2_shape() {
  // expected-error@+1 {{'h3.get_parameter' op (C2): expected a value of type 'tensor<4xf32>', found 'tensor<5xf32>'}}
  %0 = h3.get_parameter @p : tensor<5xf32>
  return
}

// -----

h3.parameter @p : tensor<4xf32> from ["a"]
func.func @get_parameter_c2_element() {
  // expected-error@+1 {{'h3.get_parameter' op (C2): expected a value of type 'tensor<4xf32>', found 'memref<4xi32>'}}
  %0 = h3.get_parameter @p : memref<4xi32>
  return
}

// -----

func.func @pack_panels_c1_panels(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected panels of shape 7x64x16, found 6x64x16}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<6x64x16xf32>
  return
}

// -----

func.func @pack_panels_c1_columns(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected panels of shape 7x64x16, found 7x32x16}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x32x16xf32>
  return
}

// -----

func.func @pack_panels_c1_dynamic_width(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected a static panel width and weight, found 'tensor<7x64x?xf32>' of 'tensor<100x64xf32>'}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x?xf32>
  return
}

// -----

func.func @pack_panels_c1_zero_width(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected a static panel width and weight, found 'tensor<7x64x0xf32>' of 'tensor<100x64xf32>'}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x64x0xf32>
  return
}

// -----

func.func @shift_kernel_c1_c(%b: tensor<8x64xf32>, %c: tensor<1x8x32xf32>) {
  // expected-error@+1 {{'h3.shift_kernel' op (C1): expected c of shape 1x8x64, found 1x8x32}}
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x32xf32> -> tensor<64x8xf32>
  return
}

// -----

func.func @shift_kernel_c1_taps(%b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>) {
  // expected-error@+1 {{'h3.shift_kernel' op (C1): expected taps of shape 64x8, found 8x64}}
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<8x64xf32>
  return
}

// -----

func.func @diag_modes_c1_c(%c: tensor<2x8x32x2xf32>, %b: tensor<4x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected c of shape 1x8x32x2, found 2x8x32x2}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<2x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c1_b(%c: tensor<1x8x32x2xf32>, %b: tensor<4x16x2xf32>, %dt: tensor<8xf32>, %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected b of shape 4x32x2, found 4x16x2}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x16x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c1_log_dt(%c: tensor<1x8x32x2xf32>, %b: tensor<4x32x2xf32>, %dt: tensor<4xf32>, %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected log_dt of shape 8, found 4}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<4xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c1_inv_a_real(%c: tensor<1x8x32x2xf32>, %b: tensor<4x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<8x32xf32>, %im: tensor<4x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected inv_a_real of shape 4x32, found 8x32}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<8x32xf32>, tensor<4x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c1_a_imag(%c: tensor<1x8x32x2xf32>, %b: tensor<4x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<4x32xf32>, %im: tensor<4x16xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected a_imag of shape 4x32, found 4x16}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x16xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c1_modes(%c: tensor<1x8x32x2xf32>, %b: tensor<4x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<4x32xf32>, %im: tensor<4x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C1): expected modes of shape 4x32x8, found 4x8x32}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<4x32x2xf32>, tensor<8xf32>, tensor<4x32xf32>, tensor<4x32xf32> -> tensor<4x8x32xf32>
  return
}

// -----

func.func @diag_modes_c2(%c: tensor<1x8x32x2xf32>, %b: tensor<3x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<3x32xf32>, %im: tensor<3x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C2): expected a number of rows that divides the 8 heads, found 3}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<3x32x2xf32>, tensor<8xf32>, tensor<3x32xf32>, tensor<3x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @diag_modes_c2_no_rows(%c: tensor<1x8x32x2xf32>, %b: tensor<0x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<0x32xf32>, %im: tensor<0x32xf32>) {
  // expected-error@+1 {{'h3.diag_modes' op (C2): expected a number of rows that divides the 8 heads, found 0}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %im : tensor<1x8x32x2xf32>, tensor<0x32x2xf32>, tensor<8xf32>, tensor<0x32xf32>, tensor<0x32xf32> -> tensor<4x32x8xf32>
  return
}
