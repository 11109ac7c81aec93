// RUN: h3-opt %s -split-input-file -verify-diagnostics
// The mixer over windows in two halves: one case for each branch of their
// verifiers.

func.func @mixer_scan_c1_values(%k: tensor<?x8xf32>, %v: tensor<?x4xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C1): expected values of shape ?x8, found ?x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x4xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c1_gated(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x4xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C1): expected gated of shape ?x8, found ?x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x4xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x4xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c1_rows(%k: tensor<6x8xf32>, %v: tensor<5x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<6x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C1): expected values of shape 6x8, found 5x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<6x8xf32>, tensor<5x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<6x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<6x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c2_taps(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x4xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C2): expected taps of shape ?x8, found 64x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x4xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c2_key_skip(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<4xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C2): expected key_skip of shape 8, found 4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<4xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c2_modes(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x4xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C2): expected modes of shape 4x32x8, found 4x32x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x4xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c2_modes_parts(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<3x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C2): expected modes of shape 4x32x8, found 3x32x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<3x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c3_shift_state(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x32x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C3): expected shift_state of shape ?x64x8, found ?x32x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x32x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c3_shift_state_channels(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x4xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C3): expected shift_state of shape ?x?x8, found ?x64x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x4xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c3_diag_state(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x16x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C3): expected diag_state of shape ?x32x2x8, found ?x16x2x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x16x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c3_diag_state_parts(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x1x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C3): expected diag_state of shape ?x32x2x8, found ?x32x1x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x1x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c4_which(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x1x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C4): expected window_states of shape ?x2x32x2x8, found 8x1x32x2x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x1x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x1x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c4_modes(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x16x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C4): expected window_states of shape ?x2x32x2x8, found 8x2x16x2x8}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x16x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x16x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c4_channels(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x4xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C4): expected window_states of shape ?x2x32x2x8, found 8x2x32x2x4}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x4xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x4xf32>
  return
}

// -----

func.func @mixer_scan_c5_zero(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C5): expected a positive power of two of rows, found 0}}
  %0:2 = h3.mixer_scan {window = 0 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c5_negative(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C5): expected a positive power of two of rows, found -64}}
  %0:2 = h3.mixer_scan {window = -64 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_scan_c5_other(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: tensor<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op (C5): expected a positive power of two of rows, found 48}}
  %0:2 = h3.mixer_scan {window = 48 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : tensor<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%g, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c1_keys(%q: tensor<?x8xf32>, %k: tensor<?x4xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C1): expected keys of shape ?x8, found ?x4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x4xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c1_gated(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x4xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C1): expected gated of shape ?x8, found ?x4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x4xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c1_output(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x4xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C1): expected output of shape ?x8, found ?x4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x4xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x4xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c1_rows(%q: tensor<6x8xf32>, %k: tensor<5x8xf32>, %g: tensor<6x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<6x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C1): expected keys of shape 6x8, found 5x8}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<6x8xf32>, tensor<5x8xf32>, tensor<6x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<6x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<6x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c2_modes(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x4xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C2): expected modes of shape 4x32x8, found 4x32x4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x4xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c2_skip(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<4xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C2): expected skip of shape 8, found 4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<4xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c3_shift_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x4xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C3): expected shift_state of shape ?x?x8, found ?x64x4}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x4xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x4xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c3_diag_state(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x16x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C3): expected diag_state of shape ?x32x2x8, found ?x16x2x8}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x16x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x16x2x8xf32>
  return
}

// -----

func.func @mixer_output_c4(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x16x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C4): expected window_states of shape ?x2x32x2x8, found 8x2x16x2x8}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x16x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c4_parts(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x1x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C4): expected window_states of shape ?x2x32x2x8, found 8x2x32x1x8}}
  %0:3 = h3.mixer_output {window = 64 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x1x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c5(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C5): expected a positive power of two of rows, found 0}}
  %0:3 = h3.mixer_output {window = 0 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixer_output_c5_other(%q: tensor<?x8xf32>, %k: tensor<?x8xf32>, %g: tensor<?x8xf32>, %w: tensor<8x2x32x2x8xf32>, %modes: tensor<4x32x8xf32>, %skip: tensor<8xf32>, %y: tensor<?x8xf32>, %s: tensor<?x64x8xf32>, %x: tensor<?x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_output' op (C5): expected a positive power of two of rows, found 63}}
  %0:3 = h3.mixer_output {window = 63 : i64} ins(%q, %k, %g, %w : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>, tensor<8x2x32x2x8xf32>)
    diag(%modes, %skip : tensor<4x32x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%y, %s, %x : tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x64x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @mixture_mixer_scan(%k: tensor<?x8xf32>, %taps: tensor<64x8xf32>, %ks: tensor<8xf32>, %s: tensor<?x64x8xf32>, %modes: memref<4x32x8xf32>, %x: tensor<?x32x2x8xf32>, %w: tensor<8x2x32x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer_scan' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0:2 = h3.mixer_scan {window = 64 : i64} ins(%k, %k : tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%taps, %ks, %s : tensor<64x8xf32>, tensor<8xf32>, tensor<?x64x8xf32>) diag(%modes, %x : memref<4x32x8xf32>, tensor<?x32x2x8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%k, %w : tensor<?x8xf32>, tensor<8x2x32x2x8xf32>) -> tensor<?x8xf32>, tensor<8x2x32x2x8xf32>
  return
}
