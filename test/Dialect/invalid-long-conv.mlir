// RUN: h3-opt %s -split-input-file -verify-diagnostics
// The long convolution: one case for each branch of its verifier.

func.func @long_conv_c1_output(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %init: tensor<?x4xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C1): expected output of shape ?x8, found ?x4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x4xf32>) -> tensor<?x4xf32>
  return
}

// -----

func.func @long_conv_c1_output_rows(%u: tensor<6x8xf32>, %k: tensor<10x8xf32>, %init: tensor<5x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C1): expected output of shape 6x8, found 5x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<6x8xf32>, tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<5x8xf32>) -> tensor<5x8xf32>
  return
}

// -----

func.func @long_conv_c1_pre(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %pre: tensor<?x4xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C1): expected pre of shape ?x8, found ?x4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) pre(%pre : tensor<?x4xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c1_post(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %post: tensor<?x4xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C1): expected post of shape ?x8, found ?x4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) post(%post : tensor<?x4xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_dynamic_length(%u: tensor<?x8xf32>, %k: tensor<?x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected a kernel of static shape with 1 to 4194304 values, found 'tensor<?x8xf32>'}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<?x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_no_length(%u: tensor<?x8xf32>, %k: tensor<0x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected a kernel of static shape with 1 to 4194304 values, found 'tensor<0x8xf32>'}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<0x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_kernel(%u: tensor<?x8xf32>, %k: tensor<10x4xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected kernel of shape 10x8, found 10x4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x4xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_reversed_length(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %r: tensor<9x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected reversed of shape 10x8, found 9x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) reversed(%r : tensor<9x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_reversed_channels(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %r: tensor<10x4xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected reversed of shape 10x8, found 10x4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) reversed(%r : tensor<10x4xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_blocks(%u: tensor<?x24xf32>, %k: tensor<1x16x2x16xf32>, %init: tensor<?x24xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of 24 channels, BxNx2xW with a length N that transforms have, found 1x16x2x16}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x24xf32>, tensor<1x16x2x16xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x24xf32>) -> tensor<?x24xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_length(%u: tensor<?x8xf32>, %k: tensor<1x14x2x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of 8 channels, BxNx2xW with a length N that transforms have, found 1x14x2x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<1x14x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_parts(%u: tensor<?x8xf32>, %k: tensor<1x16x3x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of 8 channels, BxNx2xW with a length N that transforms have, found 1x16x3x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<1x16x3x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_width(%u: tensor<?x8xf32>, %k: tensor<1x16x2x0xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of 8 channels, BxNx2xW with a length N that transforms have, found 1x16x2x0}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<1x16x2x0xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_dynamic(%u: tensor<?x8xf32>, %k: tensor<1x?x2x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of 8 channels, BxNx2xW with a length N that transforms have, found 1x?x2x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<1x?x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c2_spectrum_dynamic_channels(%u: tensor<?x?xf32>, %k: tensor<1x16x2x8xf32>, %init: tensor<?x?xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C2): expected the spectrum of ? channels, BxNx2xW with a length N that transforms have, found 1x16x2x8}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x?xf32>, tensor<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x?xf32>) -> tensor<?x?xf32>
  return
}

// -----

func.func @long_conv_c2_rank(%u: tensor<?x8xf32>, %k: tensor<4x4x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op operand #1 must be 2D tensor or memref of 32-bit float values or 4D tensor or memref of 32-bit float values, but got 'tensor<4x4x8xf32>'}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<4x4x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c3(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %s: tensor<4xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C3): expected skip of shape 8, found 4}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) skip(%s : tensor<4xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c4_recurrence(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C4): expected the form fft, or direct for a kernel in time, found recurrence for 'tensor<10x8xf32>'}}
  %0 = h3.long_conv form<recurrence> ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c4_chunked(%u: tensor<?x8xf32>, %k: tensor<1x16x2x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C4): expected the form fft, or direct for a kernel in time, found chunked for 'tensor<1x16x2x8xf32>'}}
  %0 = h3.long_conv form<chunked> ins(%u, %k : tensor<?x8xf32>, tensor<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c4_direct_spectrum(%u: tensor<?x8xf32>, %k: tensor<1x16x2x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C4): expected the form fft, or direct for a kernel in time, found direct for 'tensor<1x16x2x8xf32>'}}
  %0 = h3.long_conv form<direct> ins(%u, %k : tensor<?x8xf32>, tensor<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c5_reversed(%u: tensor<?x8xf32>, %k: tensor<1x16x2x8xf32>, %r: tensor<16x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C5): expected `reversed` with a kernel in time and `two_sided` with a spectrum}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<1x16x2x8xf32>) reversed(%r : tensor<16x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c5_two_sided(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C5): expected `reversed` with a kernel in time and `two_sided` with a spectrum}}
  %0 = h3.long_conv {two_sided} ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c6_rows(%u: tensor<13x8xf32>, %k: tensor<10x8xf32>, %r: tensor<10x8xf32>, %init: tensor<13x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C6): expected at most 12 rows, found 13}}
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<13x8xf32>, tensor<10x8xf32>) reversed(%r : tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<13x8xf32>) -> tensor<13x8xf32>
  return
}

// -----

func.func @long_conv_c6_dynamic_rows(%u: tensor<?x8xf32>, %k: tensor<10x8xf32>, %r: tensor<10x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C6): expected at most 12 rows, found ?}}
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<?x8xf32>, tensor<10x8xf32>) reversed(%r : tensor<10x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @long_conv_c6_spectrum_rows(%u: tensor<17x8xf32>, %k: tensor<1x16x2x8xf32>, %init: tensor<17x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C6): expected at most 16 rows, found 17}}
  %0 = h3.long_conv {two_sided} ins(%u, %k : tensor<17x8xf32>, tensor<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<17x8xf32>) -> tensor<17x8xf32>
  return
}

// -----

func.func @long_conv_c6_spectrum_dynamic_rows(%u: tensor<?x8xf32>, %k: tensor<1x16x2x8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op (C6): expected at most 16 rows, found ?}}
  %0 = h3.long_conv {two_sided} ins(%u, %k : tensor<?x8xf32>, tensor<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}
