// RUN: h3-opt %s -split-input-file -verify-diagnostics
// One case for each constraint that a verifier checks.

// expected-error@+1 {{(C1): expected one source for recipe 'copy', found 2}}
h3.parameter @p : tensor<4xf32> from "copy"["a", "b"]

// -----

func.func @get_parameter_c1() {
  // expected-error@+1 {{(C1): '@none' is no h3.parameter}}
  %0 = h3.get_parameter @none : tensor<4xf32>
  return
}

// -----

h3.parameter @p : tensor<4xf32> from "copy"["a"]
func.func @get_parameter_c2() {
  // expected-error@+1 {{(C2): expected a value of type 'tensor<4xf32>', found 'tensor<5xf32>'}}
  %0 = h3.get_parameter @p : tensor<5xf32>
  return
}

// -----

func.func @pack_panels_c1(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{(C1): expected panels of shape 7x64x16, found 6x64x16}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<6x64x16xf32>
  return
}

// -----

func.func @shift_kernel_c1(%b: tensor<8x64xf32>, %c: tensor<1x8x32xf32>) {
  // expected-error@+1 {{(C1): expected c of shape 1x8x64, found 1x8x32}}
  %0 = h3.shift_kernel %b, %c : tensor<8x64xf32>, tensor<1x8x32xf32> -> tensor<64x8xf32>
  return
}

// -----

func.func @diag_modes_c2(%c: tensor<1x8x32x2xf32>, %b: tensor<3x32x2xf32>, %dt: tensor<8xf32>, %re: tensor<3x32xf32>) {
  // expected-error@+1 {{(C2): expected a number of rows that divides the 8 heads, found 3}}
  %0 = h3.diag_modes %c, %b, %dt, %re, %re : tensor<1x8x32x2xf32>, tensor<3x32x2xf32>, tensor<8xf32>, tensor<3x32xf32>, tensor<3x32xf32> -> tensor<4x32x8xf32>
  return
}

// -----

func.func @mixture(%i: tensor<?xi32>, %x: memref<?x64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.gather_rows ins(%i, %x : tensor<?xi32>, memref<?x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @results(%i: memref<?xi32>, %x: memref<?x64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{expected 0 results, found 1}}
  %0 = h3.gather_rows ins(%i, %x : memref<?xi32>, memref<?x64xf32>) outs(%x : memref<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c1(%i: tensor<?xi32>, %t: tensor<500x64xf32>, %init: tensor<?x32xf32>) {
  // expected-error@+1 {{(C1): expected output of shape ?x64, found ?x32}}
  %0 = h3.embedding ins(%i, %t : tensor<?xi32>, tensor<500x64xf32>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<?x64xf32>, %w: tensor<32xf32>) {
  // expected-error@+1 {{(C2): expected weight of shape 64, found 32}}
  %0 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%x, %w, %w : tensor<?x64xf32>, tensor<32xf32>, tensor<32xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<?x64xf32>, %w: tensor<64xf32>) {
  // expected-error@+1 {{(C3): expected a positive epsilon, found 0}}
  %0 = h3.layer_norm {epsilon = 0.0 : f32} ins(%x, %w, %w : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<?x64xf32>, %w: tensor<256x32xf32>, %init: tensor<?x256xf32>) {
  // expected-error@+1 {{(C1): expected a weight with 64 input features, found 32}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<256x32xf32>) outs(%init : tensor<?x256xf32>) -> tensor<?x256xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<?x64xf32>, %w: tensor<5x64x16xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{(C2): expected a weight for 100 output features, found 'tensor<5x64x16xf32>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<5x64x16xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %b: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{(C3): expected bias of shape 100, found 64}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) bias(%b : tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @shift_ssm_c4(%u: tensor<?x8xf32>, %k: tensor<64x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %s: tensor<?x32x8xf32>) {
  // expected-error@+1 {{(C4): expected state of shape ?x64x8, found ?x32x8}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<64x8xf32>, tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%u, %s : tensor<?x8xf32>, tensor<?x32x8xf32>) -> tensor<?x8xf32>, tensor<?x32x8xf32>
  return
}

// -----

func.func @diag_ssm_c2(%u: tensor<?x8xf32>, %m: tensor<4x32x3xf32>, %d: tensor<3xf32>, %i: tensor<?xi32>, %s: tensor<?x32x2x8xf32>) {
  // expected-error@+1 {{(C2): expected a number of heads that divides the 8 channels, found 3}}
  %0:2 = h3.diag_ssm ins(%u, %m, %d : tensor<?x8xf32>, tensor<4x32x3xf32>, tensor<3xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%u, %s : tensor<?x8xf32>, tensor<?x32x2x8xf32>) -> tensor<?x8xf32>, tensor<?x32x2x8xf32>
  return
}

// -----

func.func @head_expand_c2(%k: tensor<?x8xf32>, %init: tensor<?x24xf32>) {
  // expected-error@+1 {{(C2): expected a head_dim that divides the 8 channels, found 3}}
  %0 = h3.head_expand {head_dim = 3 : i64} ins(%k, %k : tensor<?x8xf32>, tensor<?x8xf32>) outs(%init : tensor<?x24xf32>) -> tensor<?x24xf32>
  return
}

// -----

func.func @attention_c1(%qkv: tensor<?x192xf32>, %i: tensor<?xi32>, %cache: tensor<?x2x128x64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{(C1): expected qkv with 3 * 64 columns and heads that divide 64, found 192 columns and 5 heads}}
  %0 = h3.attention {heads = 5 : i64} ins(%qkv, %cache, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @cache_keys_c3(%qkv: tensor<?x192xf32>, %i: tensor<?xi32>, %r: tensor<9xf32>, %cache: tensor<?x2x128x64xf32>) {
  // expected-error@+1 {{(C3): expected at most 8 rotary frequencies, found 9}}
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) rotary(%r : tensor<9xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  return
}
