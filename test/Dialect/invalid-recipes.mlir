// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Recipes of parameters, kernels and their spectra: one case for each branch of
// their verifiers.

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 1, found 2}}
h3.parameter @parameter_c1_empty_region : tensor<4xf32> from ["a", "b"] {
}

// -----

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 2, found 1}}
h3.parameter @parameter_c1_fewer_sources : tensor<64x8xf32> from ["B"] {
^bb0(%b: tensor<8x64xf32>, %c: tensor<1x8x64xf32>):
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x64xf32> -> tensor<64x8xf32>
  h3.yield %0 : tensor<64x8xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 1, found 2}}
h3.parameter @parameter_c1_more_sources : tensor<4xf32> from ["a", "b"] {
^bb0(%a: tensor<4xf32>):
  h3.yield %a : tensor<4xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op (C1): expected the number of sources to be 1, found 0}}
h3.parameter @parameter_c1_no_argument : tensor<4xf32> from [] {
  %0 = arith.constant dense<0.0> : tensor<4xf32>
  h3.yield %0 : tensor<4xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op attribute 'type' failed to satisfy constraint: type attribute of statically shaped tensor of any type values}}
h3.parameter @parameter_c2_recipe : tensor<?x8xf32> from ["modes"] {
^bb0(%m: tensor<4x32x8xf32>):
  %0 = h3.diag_kernel %m : tensor<4x32x8xf32> -> tensor<?x8xf32>
  h3.yield %0 : tensor<?x8xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op (C3): expected a recipe that yields 'tensor<2x8x16xf32>'}}
h3.parameter @parameter_c3_no_yield : tensor<2x8x16xf32> from ["w"] {
^bb0(%w: tensor<32x8xf32>):
  %0 = h3.pack_panels %w : tensor<32x8xf32> -> tensor<2x8x16xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op (C3): expected a recipe that yields 'tensor<4xf32>'}}
h3.parameter @parameter_c3_other_terminator : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  "func.return"(%a) : (tensor<4xf32>) -> ()
}

// -----

// expected-error@+1 {{'h3.parameter' op (C3): expected a recipe that yields 'tensor<4x8x8xf32>'}}
h3.parameter @parameter_c3_type : tensor<4x8x8xf32> from ["w"] {
^bb0(%w: tensor<32x8xf32>):
  %0 = h3.pack_panels %w : tensor<32x8xf32> -> tensor<2x8x16xf32>
  h3.yield %0 : tensor<2x8x16xf32>
}

// -----

h3.parameter @parameter_c4_other_operation : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error@+1 {{'arith.addf' op (C4): expected a function of weights in the recipe of a parameter}}
  %0 = arith.addf %a, %a : tensor<4xf32>
  h3.yield %0 : tensor<4xf32>
}

// -----

h3.parameter @w : tensor<4xf32> from ["a"]
h3.parameter @parameter_c4_get_parameter : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error@+1 {{'h3.get_parameter' op (C4): expected a function of weights in the recipe of a parameter}}
  %0 = h3.get_parameter @w : tensor<4xf32>
  h3.yield %0 : tensor<4xf32>
}

// -----

h3.parameter @parameter_c4_two_yields : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error@+1 {{'h3.yield' op (C4): expected a function of weights in the recipe of a parameter}}
  h3.yield %a : tensor<4xf32>
  h3.yield %a : tensor<4xf32>
}

// -----

// expected-error@+1 {{'h3.parameter' op region #0 ('recipe') failed to verify constraint: region with at most 1 blocks}}
h3.parameter @parameter_blocks : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  h3.yield %a : tensor<4xf32>
^bb1:
  h3.yield %a : tensor<4xf32>
}

// -----

%w = arith.constant dense<0.0> : tensor<4xf32>
// expected-note@+1 {{required by region isolation constraints}}
h3.parameter @parameter_isolated : tensor<4xf32> from ["a"] {
^bb0(%a: tensor<4xf32>):
  // expected-error@+1 {{'h3.yield' op using value defined outside the region}}
  h3.yield %w : tensor<4xf32>
}

// -----

func.func @yield_parent(%a: tensor<4xf32>) {
  // expected-error@+1 {{'h3.yield' op expects parent op 'h3.parameter'}}
  h3.yield %a : tensor<4xf32>
}

// -----

func.func @diag_kernel_c1_parts(%m: tensor<3x32x8xf32>) {
  // expected-error@+1 {{'h3.diag_kernel' op (C1): expected modes of shape 4x32x8, found 3x32x8}}
  %0 = h3.diag_kernel %m : tensor<3x32x8xf32> -> tensor<512x8xf32>
  return
}

// -----

func.func @diag_kernel_c1_kernel(%m: tensor<4x32x8xf32>) {
  // expected-error@+1 {{'h3.diag_kernel' op (C1): expected kernel of shape ?x8, found 512x4}}
  %0 = h3.diag_kernel %m : tensor<4x32x8xf32> -> tensor<512x4xf32>
  return
}

// -----

func.func @diag_kernel_c1_rank(%m: tensor<4x32x8xf32>) {
  // expected-error@+1 {{'h3.diag_kernel' op result #0 must be 2D tensor of 32-bit float values, but got 'tensor<8x512x8xf32>'}}
  %0 = h3.diag_kernel %m : tensor<4x32x8xf32> -> tensor<8x512x8xf32>
  return
}

// -----

func.func @conv_spectrum_c1_short(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C1): expected a spectrum of at least 500 rows, found 256}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x256x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c1_dynamic_length(%k: tensor<?x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C1): expected a spectrum of at least ? rows, found 512}}
  %0 = h3.conv_spectrum %k : tensor<?x40xf32> -> tensor<3x512x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_blocks(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 2x512x2x16}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<2x512x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_parts(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x512x1x16}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x512x1x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_no_width(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x512x2x0}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x512x2x0xf32>
  return
}

// -----

func.func @conv_spectrum_c2_dynamic(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x?x2x16}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x?x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_dynamic_channels(%k: tensor<500x?xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of ? channels, BxNx2xW with a length N that transforms have, found 3x512x2x16}}
  %0 = h3.conv_spectrum %k : tensor<500x?xf32> -> tensor<3x512x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_factor(%k: tensor<500x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x508x2x16}}
  %0 = h3.conv_spectrum %k : tensor<500x40xf32> -> tensor<3x508x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_odd(%k: tensor<3x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x15x2x16}}
  %0 = h3.conv_spectrum %k : tensor<3x40xf32> -> tensor<3x15x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c2_two(%k: tensor<2x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C2): expected the spectrum of 40 channels, BxNx2xW with a length N that transforms have, found 3x2x2x16}}
  %0 = h3.conv_spectrum %k : tensor<2x40xf32> -> tensor<3x2x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c3_length(%k: tensor<500x40xf32>, %r: tensor<400x40xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C3): expected reversed of shape 500x40, found 400x40}}
  %0 = h3.conv_spectrum %k reversed %r : tensor<500x40xf32>, tensor<400x40xf32> -> tensor<3x512x2x16xf32>
  return
}

// -----

func.func @conv_spectrum_c3_channels(%k: tensor<500x40xf32>, %r: tensor<500x8xf32>) {
  // expected-error@+1 {{'h3.conv_spectrum' op (C3): expected reversed of shape 500x40, found 500x8}}
  %0 = h3.conv_spectrum %k reversed %r : tensor<500x40xf32>, tensor<500x8xf32> -> tensor<3x512x2x16xf32>
  return
}
