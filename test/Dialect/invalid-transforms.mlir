// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Fourier transforms and products of spectra: one case for each branch of their
// verifiers.

func.func @rfft_c1_dynamic_rows(%u: tensor<?x8xf32>, %init: tensor<5x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected a static shape, found 'tensor<?x8xf32>'}}
  %0 = h3.rfft ins(%u : tensor<?x8xf32>) outs(%init : tensor<5x2x8xf32>) -> tensor<5x2x8xf32>
  return
}

// -----

func.func @rfft_c1_dynamic_columns(%u: tensor<8x?xf32>, %init: tensor<5x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected a static shape, found 'tensor<8x?xf32>'}}
  %0 = h3.rfft ins(%u : tensor<8x?xf32>) outs(%init : tensor<5x2x8xf32>) -> tensor<5x2x8xf32>
  return
}

// -----

func.func @rfft_c1_no_rows(%u: tensor<0x8xf32>, %init: tensor<1x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected a static shape, found 'tensor<0x8xf32>'}}
  %0 = h3.rfft ins(%u : tensor<0x8xf32>) outs(%init : tensor<1x2x8xf32>) -> tensor<1x2x8xf32>
  return
}

// -----

func.func @rfft_c1_frequencies(%u: tensor<8x8xf32>, %init: tensor<4x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected output of shape 5x2x8, found 4x2x8}}
  %0 = h3.rfft ins(%u : tensor<8x8xf32>) outs(%init : tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
  return
}

// -----

func.func @rfft_c1_odd_frequencies(%u: tensor<9x8xf32>, %init: tensor<6x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected output of shape 5x2x8, found 6x2x8}}
  %0 = h3.rfft ins(%u : tensor<9x8xf32>) outs(%init : tensor<6x2x8xf32>) -> tensor<6x2x8xf32>
  return
}

// -----

func.func @rfft_c1_parts(%u: tensor<8x8xf32>, %init: tensor<5x1x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected output of shape 5x2x8, found 5x1x8}}
  %0 = h3.rfft ins(%u : tensor<8x8xf32>) outs(%init : tensor<5x1x8xf32>) -> tensor<5x1x8xf32>
  return
}

// -----

func.func @rfft_c1_columns(%u: tensor<8x8xf32>, %init: tensor<5x2x4xf32>) {
  // expected-error@+1 {{'h3.rfft' op (C1): expected output of shape 5x2x8, found 5x2x4}}
  %0 = h3.rfft ins(%u : tensor<8x8xf32>) outs(%init : tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  return
}

// -----

func.func @irfft_c1_dynamic_rows(%u: tensor<5x2x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.irfft' op (C1): expected a static shape, found 'tensor<?x8xf32>'}}
  %0 = h3.irfft ins(%u : tensor<5x2x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @irfft_c1_dynamic_columns(%u: tensor<5x2x8xf32>, %init: tensor<8x?xf32>) {
  // expected-error@+1 {{'h3.irfft' op (C1): expected a static shape, found 'tensor<8x?xf32>'}}
  %0 = h3.irfft ins(%u : tensor<5x2x8xf32>) outs(%init : tensor<8x?xf32>) -> tensor<8x?xf32>
  return
}

// -----

func.func @irfft_c1_no_rows(%u: tensor<1x2x8xf32>, %init: tensor<0x8xf32>) {
  // expected-error@+1 {{'h3.irfft' op (C1): expected a static shape, found 'tensor<0x8xf32>'}}
  %0 = h3.irfft ins(%u : tensor<1x2x8xf32>) outs(%init : tensor<0x8xf32>) -> tensor<0x8xf32>
  return
}

// -----

func.func @irfft_c1_frequencies(%u: tensor<4x2x8xf32>, %init: tensor<8x8xf32>) {
  // expected-error@+1 {{'h3.irfft' op (C1): expected input of shape 5x2x8, found 4x2x8}}
  %0 = h3.irfft ins(%u : tensor<4x2x8xf32>) outs(%init : tensor<8x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @irfft_c1_parts(%u: tensor<5x8x2xf32>, %init: tensor<8x8xf32>) {
  // expected-error@+1 {{'h3.irfft' op (C1): expected input of shape 5x2x8, found 5x8x2}}
  %0 = h3.irfft ins(%u : tensor<5x8x2xf32>) outs(%init : tensor<8x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @spectral_product_c1_lhs(%a: tensor<5x3x8xf32>, %b: tensor<5x3x8xf32>, %init: tensor<5x3x8xf32>) {
  // expected-error@+1 {{'h3.spectral_product' op (C1): expected lhs of shape 5x2x8, found 5x3x8}}
  %0 = h3.spectral_product ins(%a, %b : tensor<5x3x8xf32>, tensor<5x3x8xf32>) outs(%init : tensor<5x3x8xf32>) -> tensor<5x3x8xf32>
  return
}

// -----

func.func @spectral_product_c1_rhs(%a: tensor<5x2x8xf32>, %b: tensor<4x2x8xf32>, %init: tensor<5x2x8xf32>) {
  // expected-error@+1 {{'h3.spectral_product' op (C1): expected rhs of shape 5x2x8, found 4x2x8}}
  %0 = h3.spectral_product ins(%a, %b : tensor<5x2x8xf32>, tensor<4x2x8xf32>) outs(%init : tensor<5x2x8xf32>) -> tensor<5x2x8xf32>
  return
}

// -----

func.func @spectral_product_c1_output(%a: tensor<5x2x8xf32>, %b: tensor<5x2x8xf32>, %init: tensor<5x2x4xf32>) {
  // expected-error@+1 {{'h3.spectral_product' op (C1): expected output of shape 5x2x8, found 5x2x4}}
  %0 = h3.spectral_product ins(%a, %b : tensor<5x2x8xf32>, tensor<5x2x8xf32>) outs(%init : tensor<5x2x4xf32>) -> tensor<5x2x4xf32>
  return
}
