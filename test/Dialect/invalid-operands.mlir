// RUN: h3-opt %s -split-input-file -verify-diagnostics
// What holds for every layer: operands that are all tensors or all memrefs, on
// tensors one result for each destination and of its type, on memrefs none.

func.func @mixture_embedding(%i: tensor<?xi32>, %table: memref<500x64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.embedding ins(%i, %table : tensor<?xi32>, memref<500x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @mixture_gather_rows(%i: tensor<?xi32>, %x: tensor<?x64xf32>, %out: memref<?x64xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op expected operands that are all tensors or all memrefs, found a mixture}}
  h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x64xf32>) outs(%out : memref<?x64xf32>)
  return
}

// -----

func.func @mixture_layer_norm(%x: tensor<?x8xf32>, %w: tensor<8xf32>, %b: memref<8xf32>) {
  // expected-error@+1 {{'h3.layer_norm' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.layer_norm {epsilon = 1.0 : f32} ins(%x, %w, %b : tensor<?x8xf32>, tensor<8xf32>, memref<8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_linear(%x: tensor<?x8xf32>, %w: tensor<8x8xf32>, %b: memref<8xf32>) {
  // expected-error@+1 {{'h3.linear' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.linear ins(%x, %w : tensor<?x8xf32>, tensor<8x8xf32>) bias(%b : memref<8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_shift_ssm(%u: tensor<?x8xf32>, %k: tensor<4x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %s: memref<?x4x8xf32>) {
  // expected-error@+1 {{'h3.shift_ssm' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s : tensor<?x8xf32>, memref<?x4x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_diag_ssm(%u: tensor<?x8xf32>, %k: memref<4x2x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>, %s: tensor<?x2x2x8xf32>) {
  // expected-error@+1 {{'h3.diag_ssm' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0:2 = h3.diag_ssm ins(%u, %k, %d : tensor<?x8xf32>, memref<4x2x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s : tensor<?x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x2x2x8xf32>
  return
}

// -----

func.func @mixture_shift_ssm_without_state(%u: tensor<?x8xf32>, %k: tensor<4x8xf32>, %d: tensor<8xf32>, %i: memref<?xi32>) {
  // expected-error@+1 {{'h3.shift_ssm' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>) batch(%i : memref<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_diag_ssm_spectrum(%u: tensor<?x8xf32>, %k: tensor<4x2x8xf32>, %d: tensor<8xf32>, %f: memref<1x16x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.diag_ssm' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.diag_ssm form<fft> ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x2x8xf32>, tensor<8xf32>) spectrum(%f : memref<1x16x2x8xf32>)
    batch(%i : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_mixer(%u: tensor<?x8xf32>, %t: tensor<4x8xf32>, %d: tensor<8xf32>, %m: memref<4x2x8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.mixer' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.mixer ins(%u, %u, %u : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%t, %d : tensor<4x8xf32>, tensor<8xf32>) diag(%m, %d : memref<4x2x8xf32>, tensor<8xf32>)
    batch(%i : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_long_conv(%u: tensor<?x8xf32>, %k: tensor<4x8xf32>, %d: memref<8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.long_conv' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<4x8xf32>) skip(%d : memref<8xf32>) batch(%i : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_rfft(%u: tensor<8x8xf32>, %f: memref<5x2x8xf32>) {
  // expected-error@+1 {{'h3.rfft' op expected operands that are all tensors or all memrefs, found a mixture}}
  h3.rfft ins(%u : tensor<8x8xf32>) outs(%f : memref<5x2x8xf32>)
  return
}

// -----

func.func @mixture_irfft(%u: tensor<8x8xf32>, %f: memref<5x2x8xf32>) {
  // expected-error@+1 {{'h3.irfft' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.irfft ins(%f : memref<5x2x8xf32>) outs(%u : tensor<8x8xf32>) -> tensor<8x8xf32>
  return
}

// -----

func.func @mixture_spectral_product(%a: tensor<5x2x8xf32>, %b: memref<5x2x8xf32>) {
  // expected-error@+1 {{'h3.spectral_product' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.spectral_product ins(%a, %b : tensor<5x2x8xf32>, memref<5x2x8xf32>) outs(%a : tensor<5x2x8xf32>) -> tensor<5x2x8xf32>
  return
}

// -----

func.func @mixture_head_expand(%k: tensor<?x8xf32>, %v: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.head_expand' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.head_expand {head_dim = 1 : i64} ins(%k, %v : tensor<?x8xf32>, memref<?x8xf32>) outs(%k : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_head_contract(%q: tensor<?x8xf32>, %p: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.head_contract' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.head_contract {head_dim = 1 : i64} ins(%q, %p : tensor<?x8xf32>, memref<?x8xf32>) outs(%q : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @mixture_cache_keys(%qkv: tensor<?x24xf32>, %i: tensor<?xi32>, %c: memref<?x2x4x8xf32>) {
  // expected-error@+1 {{'h3.cache_keys' op expected operands that are all tensors or all memrefs, found a mixture}}
  h3.cache_keys {heads = 2 : i64} ins(%qkv, %i : tensor<?x24xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%c : memref<?x2x4x8xf32>)
  return
}

// -----

func.func @mixture_attention(%qkv: tensor<?x24xf32>, %i: tensor<?xi32>, %c: memref<?x2x4x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.attention' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.attention {heads = 2 : i64} ins(%qkv, %c, %i : tensor<?x24xf32>, memref<?x2x4x8xf32>, tensor<?xi32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @no_result_on_tensors(%i: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op expected the number of tensor results (0) to be equal to the number of output tensors (1)}}
  h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x8xf32>) outs(%x : tensor<?x8xf32>)
  return
}

// -----

func.func @result_without_state(%u: tensor<?x8xf32>, %k: tensor<4x8xf32>, %d: tensor<8xf32>, %i: tensor<?xi32>) {
  // expected-error@+1 {{'h3.shift_ssm' op expected the number of tensor results (2) to be equal to the number of output tensors (1)}}
  %0:2 = h3.shift_ssm ins(%u, %k, %d : tensor<?x8xf32>, tensor<4x8xf32>, tensor<8xf32>) batch(%i : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>, tensor<?x8xf32>
  return
}

// -----

func.func @no_result_of_a_state(%u: tensor<?x8xf32>, %t: tensor<4x8xf32>, %d: tensor<8xf32>, %m: tensor<4x2x8xf32>, %i: tensor<?xi32>, %s: tensor<?x4x8xf32>, %x: tensor<?x2x2x8xf32>) {
  // expected-error@+1 {{'h3.mixer' op expected the number of tensor results (2) to be equal to the number of output tensors (3)}}
  %0:2 = h3.mixer ins(%u, %u, %u : tensor<?x8xf32>, tensor<?x8xf32>, tensor<?x8xf32>)
    shift(%t, %d : tensor<4x8xf32>, tensor<8xf32>) diag(%m, %d : tensor<4x2x8xf32>, tensor<8xf32>)
    batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>)
    outs(%u, %s, %x : tensor<?x8xf32>, tensor<?x4x8xf32>, tensor<?x2x2x8xf32>) -> tensor<?x8xf32>, tensor<?x4x8xf32>
  return
}

// -----

func.func @result_on_memrefs(%i: memref<?xi32>, %x: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op expected the number of tensor results (1) to be equal to the number of output tensors (0)}}
  %0 = h3.gather_rows ins(%i, %x : memref<?xi32>, memref<?x8xf32>) outs(%x : memref<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @result_type(%i: tensor<?xi32>, %x: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op expected type of operand #2 ('tensor<?x8xf32>') to match type of corresponding result ('tensor<5x8xf32>')}}
  %0 = h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x8xf32>) outs(%x : tensor<?x8xf32>) -> tensor<5x8xf32>
  return
}

// -----

func.func @element_type(%i: tensor<?xi32>, %x: tensor<?x8xf64>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op operand #1 must be 2D tensor or memref of 32-bit float values, but got 'tensor<?x8xf64>'}}
  %0 = h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x8xf64>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}

// -----

func.func @rank(%i: tensor<?xi32>, %x: tensor<?x2x8xf32>, %init: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.gather_rows' op operand #1 must be 2D tensor or memref of 32-bit float values, but got 'tensor<?x2x8xf32>'}}
  %0 = h3.gather_rows ins(%i, %x : tensor<?xi32>, tensor<?x2x8xf32>) outs(%init : tensor<?x8xf32>) -> tensor<?x8xf32>
  return
}
