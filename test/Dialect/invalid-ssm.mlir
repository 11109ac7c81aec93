// RUN: h3-opt %s -split-input-file -verify-diagnostics
// State-space models: one case for each branch of their verifiers.

func.func @shift_ssm_c1(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x4xf32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C1): expected output of shape ?x8, found ?x4}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x4xf32>, tensor<?x64x8xf32>) -> tensor<?x4xf32>, tensor<?x64x8xf32>
  return
}

// -----

func.func @shift_ssm_c2(%u: tensor<?x8xf32>, %k: tensor<64x4xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C2): expected taps of shape 64x8, found 64x4}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x4xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>
  return
}

// -----

func.func @shift_ssm_c3(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C3): expected skip of shape 8, found 4}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>
  return
}

// -----

func.func @shift_ssm_c4(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C4): expected state of shape ?x64x8, found ?x32x8}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x8xf32>) -> tensor<?x8xf32>, tensor<?x32x8xf32>
  return
}

// -----

func.func @shift_ssm_c5_no_state(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @shift_ssm_c5_no_slots(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x64x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>
  return
}

// -----

func.func @shift_ssm_c5_no_positions(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0:2 = "h3.shift_ssm"(%u, %k, %d, %i, %i, %u, %s) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 0, 1, 1>}>
    : (tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>, tensor<?x64x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x64x8xf32>)
  return
}

// -----

func.func @shift_ssm_c5_only_slots(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.shift_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0 = "h3.shift_ssm"(%u, %k, %d, %i, %i, %u) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 0, 1, 0>}>
    : (tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>)
    -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c1(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x4xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C1): expected output of shape ?x8, found ?x4}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x4xf32>, tensor<?x32x2x8xf32>) -> tensor<?x4xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c2_modes(%u: tensor<?x8xf32>, %k: tensor<2x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C2): expected modes of shape 4x32x4, found 2x32x4}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<2x32x4xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c2_heads(%u: tensor<?x8xf32>, %k: tensor<4x32x3xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C2): expected a number of heads that divides the 8 channels, found 3}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x3xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c2_no_heads(%u: tensor<?x8xf32>, %k: tensor<4x32x0xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C2): expected a number of heads that divides the 8 channels, found 0}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x0xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c3(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C3): expected skip of shape 4, found 8}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c4(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x8x2xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C4): expected state of shape ?x32x2x8, found ?x32x8x2}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x8x2xf32>) -> tensor<?x8xf32>, tensor<?x32x8x2xf32>
  return
}

// -----

func.func @diag_ssm_c5_no_state(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c5_no_slots(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c5_no_positions(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0:2 = "h3.diag_ssm"(%u, %k, %d, %i, %i, %u, %s) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 1, 0, 1, 1>}>
    : (tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>, tensor<?x32x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x32x2x8xf32>)
  return
}

// -----

func.func @diag_ssm_c5_only_slots(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C5): expected slots, positions and state all there or all absent}}
  %0 = "h3.diag_ssm"(%u, %k, %d, %i, %i, %u) <{operandSegmentSizes = array<i32: 1, 1, 1, 0, 1, 1, 0, 1, 0>}>
    : (tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>)
    -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_no_spectrum(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected a spectrum with the form fft}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_spectrum(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x16x2x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected no spectrum without the form fft}}
  %0 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x16x2x16xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_chunked_spectrum(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x16x2x16xf32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected no spectrum without the form fft}}
  %0:2 = h3.diag_ssm form<chunked> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x16x2x16xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_blocks(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<2x16x2x4xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected the spectrum of 4 channels, BxNx2xW with a length N that transforms have, found 2x16x2x4}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<2x16x2x4xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_length(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x14x2x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected the spectrum of 4 channels, BxNx2xW with a length N that transforms have, found 1x14x2x16}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x14x2x16xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_parts(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x16x1x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected the spectrum of 4 channels, BxNx2xW with a length N that transforms have, found 1x16x1x16}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x16x1x16xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_width(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x16x2x0xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected the spectrum of 4 channels, BxNx2xW with a length N that transforms have, found 1x16x2x0}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x16x2x0xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c6_dynamic(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x?x2x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C6): expected the spectrum of 4 channels, BxNx2xW with a length N that transforms have, found 1x?x2x16}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x?x2x16xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c7(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C7): expected the form recurrence, chunked or fft, found direct}}
  %0 = h3.diag_ssm form<direct> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @diag_ssm_c7_spectrum(%u: tensor<?x8xf32>, %k: tensor<4x32x4xf32>, %d: tensor<4xf32>, %i: tensor<?xi32>, %init: tensor<?x8xf32>, %f: tensor<1x16x2x16xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op (C7): expected the form recurrence, chunked or fft, found direct}}
  %0 = h3.diag_ssm form<direct> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x32x4xf32>, tensor<4xf32>) spectrum(%f : tensor<1x16x2x16xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}
