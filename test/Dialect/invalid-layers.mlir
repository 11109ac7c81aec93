// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Layers on rows: one case for each branch of their verifiers.

func.func @embedding_c1(%ids: tensor<?xi32>, %t: tensor<500x64xf32>, %init: tensor<?x32xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x32}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xf32>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @embedding_c1_rows(%ids: tensor<3xi32>, %t: tensor<500x64xf32>, %init: tensor<4x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape 3x64, found 4x64}}
  %0 = h3.embedding ins(%ids, %t : tensor<3xi32>, tensor<500x64xf32>) outs(%init : tensor<4x64xf32>) -> tensor<4x64xf32>
  return
}

// -----

func.func @embedding_c1_packed(%ids: tensor<?xi32>, %t: tensor<32x64x16xf32>, %init: tensor<?x16xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x16}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<32x64x16xf32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @gather_rows_c1(%rows: tensor<?xi32>, %x: tensor<?x64xf32>, %init: tensor<?x32xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op (C1): expected output of shape ?x64, found ?x32}}
  %0 = h3.gather_rows ins(%rows, %x : tensor<?xi32>, tensor<?x64xf32>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @sample_c1_vocabs(%l: tensor<3x8xf32>, %v: tensor<4xi32>, %k: tensor<3xi32>, %s: tensor<3xf32>, %p: tensor<3xf64>, %d: tensor<3xf64>, %init: tensor<3xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected vocabs of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<4xi32>, tensor<3xi32>, tensor<3xf32>, tensor<3xf64>, tensor<3xf64>) outs(%init : tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @sample_c1_top_ks(%l: tensor<3x8xf32>, %v: tensor<3xi32>, %k: tensor<4xi32>, %s: tensor<3xf32>, %p: tensor<3xf64>, %d: tensor<3xf64>, %init: tensor<3xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected top_ks of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<3xi32>, tensor<4xi32>, tensor<3xf32>, tensor<3xf64>, tensor<3xf64>) outs(%init : tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @sample_c1_scales(%l: tensor<3x8xf32>, %v: tensor<3xi32>, %k: tensor<3xi32>, %s: tensor<4xf32>, %p: tensor<3xf64>, %d: tensor<3xf64>, %init: tensor<3xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected scales of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<3xi32>, tensor<3xi32>, tensor<4xf32>, tensor<3xf64>, tensor<3xf64>) outs(%init : tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @sample_c1_top_ps(%l: tensor<3x8xf32>, %v: tensor<3xi32>, %k: tensor<3xi32>, %s: tensor<3xf32>, %p: tensor<4xf64>, %d: tensor<3xf64>, %init: tensor<3xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected top_ps of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xf32>, tensor<4xf64>, tensor<3xf64>) outs(%init : tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @sample_c1_draws(%l: tensor<3x8xf32>, %v: tensor<3xi32>, %k: tensor<3xi32>, %s: tensor<3xf32>, %p: tensor<3xf64>, %d: tensor<4xf64>, %init: tensor<3xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected draws of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xf32>, tensor<3xf64>, tensor<4xf64>) outs(%init : tensor<3xi32>) -> tensor<3xi32>
  return
}

// -----

func.func @sample_c1_output(%l: tensor<3x8xf32>, %v: tensor<3xi32>, %k: tensor<3xi32>, %s: tensor<3xf32>, %p: tensor<3xf64>, %d: tensor<3xf64>, %init: tensor<4xi32>) {
  // expected-error@+1 {{'h3.sample' op (C1): expected output of shape 3, found 4}}
  %0 = h3.sample ins(%l, %v, %k, %s, %p, %d : tensor<3x8xf32>, tensor<3xi32>, tensor<3xi32>, tensor<3xf32>, tensor<3xf64>, tensor<3xf64>) outs(%init : tensor<4xi32>) -> tensor<4xi32>
  return
}

// -----

func.func @layer_norm_c1(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>, %init: tensor<?x32xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op (C1): expected output of shape ?x64, found ?x32}}
  %0 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @layer_norm_c2_weight(%x: tensor<?x64xf32>, %w: tensor<32xf32>, %b: tensor<64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op (C2): expected weight of shape 64, found 32}}
  %0 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%x, %w, %b : tensor<?x64xf32>, tensor<32xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c2_bias(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<32xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op (C2): expected bias of shape 64, found 32}}
  %0 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<32xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op (C3): expected a positive epsilon, found 0.000000e+00}}
  %0 = h3.layer_norm {epsilon = 0.0 : f32} ins(%x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c3_nan(%x: tensor<?x64xf32>, %w: tensor<64xf32>, %b: tensor<64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op (C3): expected a positive epsilon, found nan}}
  %0 = h3.layer_norm {epsilon = 0x7FC00000 : f32} ins(%x, %w, %b : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<?x64xf32>, %w: tensor<100x32xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 32}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x32xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c1_packed(%x: tensor<?x64xf32>, %w: tensor<7x32x16xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 32}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x32x16xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<?x64xf32>, %w: tensor<112x64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<112x64xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<112x64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2_few_panels(%x: tensor<?x64xf32>, %w: tensor<6x64x16xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<6x64x16xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<6x64x16xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2_many_panels(%x: tensor<?x64xf32>, %w: tensor<8x64x16xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<8x64x16xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<8x64x16xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %b: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C3): expected bias of shape 100, found 64}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) bias(%b : tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2_zero_width(%x: tensor<?x64xf32>, %w: tensor<7x64x0xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<7x64x0xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x64x0xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2_dynamic_width(%x: tensor<?x64xf32>, %w: tensor<7x64x?xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<7x64x?xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x64x?xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @head_expand_c1(%k: tensor<?x8xf32>, %v: tensor<?x4xf32>, %init: tensor<?x16xf32>) {
  // expected-error@+1 {{'h3.head_expand' op (C1): expected values of shape ?x8, found ?x4}}
  %0 = h3.head_expand {head_dim = 2 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x4xf32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @head_expand_c2(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %init: tensor<?x16xf32>) {
  // expected-error@+1 {{'h3.head_expand' op (C2): expected a head_dim that divides the 8 channels, found 3}}
  %0 = h3.head_expand {head_dim = 3 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @head_expand_c2_zero(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %init: tensor<?x16xf32>) {
  // expected-error@+1 {{'h3.head_expand' op (C2): expected a head_dim that divides the 8 channels, found 0}}
  %0 = h3.head_expand {head_dim = 0 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @head_expand_c3(%k: tensor<?x8xf32>, %v: tensor<?x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.head_expand' op (C3): expected output of shape ?x16, found ?x8}}
  %0 = h3.head_expand {head_dim = 2 : i64} ins(%k, %v : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @head_contract_c1(%q: tensor<?x8xf32>, %p: tensor<?x16xf32>, %init: tensor<?x16xf32>) {
  // expected-error@+1 {{'h3.head_contract' op (C1): expected output of shape ?x8, found ?x16}}
  %0 = h3.head_contract {head_dim = 2 : i64} ins(%q, %p : tensor<?x8xf32>, tensor<?x16xf32>) outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return
}

// -----

func.func @head_contract_c2(%q: tensor<?x8xf32>, %p: tensor<?x24xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.head_contract' op (C2): expected a head_dim that divides the 8 channels, found 3}}
  %0 = h3.head_contract {head_dim = 3 : i64} ins(%q, %p : tensor<?x8xf32>, tensor<?x24xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @head_contract_c2_negative(%q: tensor<?x8xf32>, %p: tensor<?x16xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.head_contract' op (C2): expected a head_dim that divides the 8 channels, found -2}}
  %0 = h3.head_contract {head_dim = -2 : i64} ins(%q, %p : tensor<?x8xf32>, tensor<?x16xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @head_contract_c3(%q: tensor<?x8xf32>, %p: tensor<?x32xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.head_contract' op (C3): expected planes of shape ?x16, found ?x32}}
  %0 = h3.head_contract {head_dim = 2 : i64} ins(%q, %p : tensor<?x8xf32>, tensor<?x32xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}
