// RUN: h3-opt %s -split-input-file -verify-diagnostics
// The mixer in one pass: one case for each branch of its verifier.

func.func @mixer_c1_keys(%q: tensor<?x8xf32>, %k: tensor<?x4xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C1): expected keys of shape ?x8, found ?x4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c1_values(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x4xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C1): expected values of shape ?x8, found ?x4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c1_output(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x4xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C1): expected output of shape ?x8, found ?x4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x4xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x4xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c1_rows(%q: tensor<6x8xf32>, %k: tensor<6x8xf32>, %v: tensor<5x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<6x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C1): expected values of shape 6x8, found 5x8}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<6x8xf32>, tensor<6x8xf32>, tensor<5x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<6x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<6x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c2_taps(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x4xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C2): expected taps of shape 64x8, found 64x4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x4xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c2_key_skip(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<4xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C2): expected key_skip of shape 8, found 4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<4xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c2_parts(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<2x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C2): expected modes of shape 4x32x8, found 2x32x8}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<2x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c2_heads(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x4xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C2): expected modes of shape 4x32x8, found 4x32x4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x4xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c2_skip(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<4xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C2): expected skip of shape 8, found 4}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c3_shift_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x32x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C3): expected shift_state of shape ?x64x8, found ?x32x8}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x32x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x32x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c3_diag_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x8x2xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C3): expected diag_state of shape ?x32x2x8, found ?x32x8x2}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x8x2xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x8x2xf32>
  return
}

// -----

func.func @mixer_c4_no_states(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x8xf32>)
    -> tensor<?x8xf32>
  return
}

// -----

func.func @mixer_c4_no_slots(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0:3 = h3.mixer ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c4_no_shift_state(%u: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %d: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %i: tensor<?xi32>, %x: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0:2 = "h3.mixer"(%u, %u, %u, %taps, %d, %modes, %d, %i, %i, %i, %u, %x) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1>}>
    : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<4x32x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>, tensor<?x32x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x32x2x8xf32>)
  return
}

// -----

func.func @mixer_c4_no_diag_state(%u: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %d: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %i: tensor<?xi32>, %s: tensor<?x64x8xf32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0:2 = "h3.mixer"(%u, %u, %u, %taps, %d, %modes, %d, %i, %i, %i, %u, %s) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0>}>
    : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<4x32x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>, tensor<?x64x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x64x8xf32>)
  return
}

// -----

func.func @mixer_c4_no_positions(%u: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %d: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %i: tensor<?xi32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0:3 = "h3.mixer"(%u, %u, %u, %taps, %d, %modes, %d, %i, %i, %u, %s, %x) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1>}>
    : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<4x32x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> (tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
  return
}

// -----

func.func @mixer_c4_only_slots(%u: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %d: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C4): expected slots, positions and both states all there or all absent}}
  %0 = "h3.mixer"(%u, %u, %u, %taps, %d, %modes, %d, %i, %i, %u) <{operandSegmentSizes = array<i32: 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0>}>
    : (tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>, tensor<4x32x8xf32>, tensor<8xf32>, tensor<?xi32>, tensor<?xi32>, tensor<?x8xf32>)
    -> tensor<?x8xf32>
  return
}

// -----

func.func @mixer_c5_direct(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C5): expected the form recurrence or chunked, found direct}}
  %0:3 = h3.mixer form<direct> ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>)
    -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_c5_fft(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %init: tensor<?x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op (C5): expected the form recurrence or chunked, found fft}}
  %0 = h3.mixer form<fft> ins(%q, %k, %v : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks : tensor<64x8xf32>, tensor<8xf32>) diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i : tensor<?xi32>)
    outs(%init : tensor<?x8xf32>)
    -> tensor<?x8xf32>
  return
}
