// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Attention and its cache: one case for each branch of their verifiers.

func.func @cache_keys_c1_columns(%qkv: tensor<?x64xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.cache_keys' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 64 columns and 4 heads}}
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  return
}

// -----

func.func @cache_keys_c1_heads(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.cache_keys' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 192 columns and 5 heads}}
  %0 = h3.cache_keys {heads = 5 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  return
}

// -----

func.func @cache_keys_c1_no_heads(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.cache_keys' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 192 columns and 0 heads}}
  %0 = h3.cache_keys {heads = 0 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  return
}

// -----

func.func @cache_keys_c2(%qkv: tensor<?x192xf32>, %cache: tensor<?x3x128x64xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.cache_keys' op (C2): expected cache of shape ?x2x?x64, found ?x3x128x64}}
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%cache : tensor<?x3x128x64xf32>) -> tensor<?x3x128x64xf32>
  return
}

// -----

func.func @cache_keys_c3(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %r: tensor<9xf32>) {
  // expected-error@+1 {{'h3.cache_keys' op (C3): expected at most 8 rotary frequencies, found 9}}
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) rotary(%r : tensor<9xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  return
}

// -----

func.func @attention_c1_columns(%qkv: tensor<?x64xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 64 columns and 4 heads}}
  %0 = h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : tensor<?x64xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @attention_c1_heads(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 192 columns and 5 heads}}
  %0 = h3.attention {heads = 5 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @attention_c1_no_heads(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C1): expected qkv with 3 * 64 columns and heads that divide 64, found 192 columns and 0 heads}}
  %0 = h3.attention {heads = 0 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @attention_c2(%qkv: tensor<?x192xf32>, %cache: tensor<?x3x128x64xf32>, %i: tensor<?xi32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C2): expected cache of shape ?x2x?x64, found ?x3x128x64}}
  %0 = h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x3x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @attention_c3(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %r: tensor<9xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C3): expected at most 8 rotary frequencies, found 9}}
  %0 = h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) rotary(%r : tensor<9xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @attention_c4(%qkv: tensor<?x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %init: tensor<?x192xf32>) {
  // expected-error@+1 {{'h3.attention' op (C4): expected output of shape ?x64, found ?x192}}
  %0 = h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x192xf32>) -> tensor<?x192xf32>
  return
}

// -----

func.func @attention_c4_rows(%qkv: tensor<3x192xf32>, %cache: tensor<?x2x128x64xf32>, %i: tensor<?xi32>, %init: tensor<4x64xf32>) {
  // expected-error@+1 {{'h3.attention' op (C4): expected output of shape 3x64, found 4x64}}
  %0 = h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : tensor<3x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<4x64xf32>) -> tensor<4x64xf32>
  return
}
