// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Functions that give weights a smaller type, and the layers that have such
// weights: one case for each branch of their verifiers.

func.func @concat_rows_c1_columns(%a: tensor<2x8xf32>, %b: tensor<3x4xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected operands that differ in their first, static dimension alone, found 'tensor<3x4xf32>' beside 'tensor<2x8xf32>'}}
  %0 = h3.concat_rows %a, %b : tensor<2x8xf32>, tensor<3x4xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @concat_rows_c1_rank(%a: tensor<2x8xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected operands that differ in their first, static dimension alone, found 'tensor<3xf32>' beside 'tensor<2x8xf32>'}}
  %0 = h3.concat_rows %a, %b : tensor<2x8xf32>, tensor<3xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @concat_rows_c1_dynamic(%a: tensor<2x8xf32>, %b: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected operands that differ in their first, static dimension alone, found 'tensor<?x8xf32>' beside 'tensor<2x8xf32>'}}
  %0 = h3.concat_rows %a, %b : tensor<2x8xf32>, tensor<?x8xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @concat_rows_c1_dynamic_first(%a: tensor<?x8xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected operands that differ in their first, static dimension alone, found 'tensor<?x8xf32>' beside 'tensor<?x8xf32>'}}
  %0 = h3.concat_rows %a : tensor<?x8xf32> -> tensor<5x8xf32>
  return
}

// -----

func.func @concat_rows_c1_sum(%a: tensor<2x8xf32>, %b: tensor<3x8xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected whole of shape 5x8, found 6x8}}
  %0 = h3.concat_rows %a, %b : tensor<2x8xf32>, tensor<3x8xf32> -> tensor<6x8xf32>
  return
}

// -----

func.func @concat_rows_c1_bias_sum(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected whole of shape 5, found 4}}
  %0 = h3.concat_rows %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<4xf32>
  return
}

// -----

func.func @concat_rows_c1_no_parts() {
  // expected-error@+1 {{'h3.concat_rows' op (C1): expected at least one operand}}
  %0 = "h3.concat_rows"() : () -> tensor<4xf32>
  return
}

// -----

func.func @concat_rows_halves(%a: tensor<2x8xf16>) {
  // expected-error@+1 {{'h3.concat_rows' op operand #0 must be variadic of 1D tensor of 32-bit float values or 2D tensor of 32-bit float values, but got 'tensor<2x8xf16>'}}
  %0 = "h3.concat_rows"(%a) : (tensor<2x8xf16>) -> tensor<2x8xf32>
  return
}

// -----

func.func @round_weight_c1(%w: tensor<8x64xf32>) {
  // expected-error@+1 {{'h3.round_weight' op (C1): expected rounded of shape 8x64, found 8x32}}
  %0 = h3.round_weight %w : tensor<8x64xf32> -> tensor<8x32xbf16>
  return
}

// -----

func.func @round_weight_type(%w: tensor<8x64xf32>) {
  // expected-error@+1 {{'h3.round_weight' op result #0 must be 2D tensor of 16-bit float or bfloat16 type values, but got 'tensor<8x64xf64>'}}
  %0 = "h3.round_weight"(%w) : (tensor<8x64xf32>) -> tensor<8x64xf64>
  return
}

// -----

func.func @quantize_scales_c1_rows(%w: tensor<8x64xf32>) {
  // expected-error@+1 {{'h3.quantize_scales' op (C1): expected scales of shape 8, found 64}}
  %0 = h3.quantize_scales %w : tensor<8x64xf32> -> tensor<64xf32>
  return
}

// -----

func.func @quantize_scales_c1_groups(%w: tensor<8x64xf32>) {
  // expected-error@+1 {{'h3.quantize_scales' op (C1): expected scales of shape 8x2, found 8x4}}
  %0 = h3.quantize_scales %w : tensor<8x64xf32> -> tensor<8x4xf16>
  return
}

// -----

func.func @quantize_scales_c1_part_of_a_group(%w: tensor<8x48xf32>) {
  // expected-error@+1 {{'h3.quantize_scales' op (C1): expected columns in whole groups of 32, found 48}}
  %0 = h3.quantize_scales %w : tensor<8x48xf32> -> tensor<8x1xf16>
  return
}

// -----

func.func @quantize_scales_c1_dynamic(%w: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.quantize_scales' op (C1): expected a static weight, found 'tensor<?x64xf32>'}}
  %0 = h3.quantize_scales %w : tensor<?x64xf32> -> tensor<?x2xf16>
  return
}

// -----

func.func @quantize_scales_type(%w: tensor<8x64xf32>) {
  // expected-error@+1 {{'h3.quantize_scales' op result #0 must be 1D tensor of 32-bit float values or 2D tensor of 16-bit float values, but got 'tensor<8xf16>'}}
  %0 = "h3.quantize_scales"(%w) : (tensor<8x64xf32>) -> tensor<8xf16>
  return
}

// -----

func.func @quantize_c1_scales(%w: tensor<8x64xf32>, %s: tensor<4xf32>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected scales of shape 8, found 4}}
  %0 = h3.quantize %w, %s : tensor<8x64xf32>, tensor<4xf32> -> tensor<8x64xi8>
  return
}

// -----

func.func @quantize_c1_groups(%w: tensor<8x64xf32>, %s: tensor<8x1xf16>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected scales of shape 8x2, found 8x1}}
  %0 = h3.quantize %w, %s : tensor<8x64xf32>, tensor<8x1xf16> -> tensor<8x32xi8>
  return
}

// -----

func.func @quantize_c1_part_of_a_group(%w: tensor<8x80xf32>, %s: tensor<8x2xf16>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected columns in whole groups of 32, found 80}}
  %0 = h3.quantize %w, %s : tensor<8x80xf32>, tensor<8x2xf16> -> tensor<8x40xi8>
  return
}

// -----

func.func @quantize_c1_bytes(%w: tensor<8x64xf32>, %s: tensor<8xf32>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected values of shape 8x64, found 8x32}}
  %0 = h3.quantize %w, %s : tensor<8x64xf32>, tensor<8xf32> -> tensor<8x32xi8>
  return
}

// -----

func.func @quantize_c1_nibbles(%w: tensor<8x64xf32>, %s: tensor<8x2xf16>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected values of shape 8x32, found 8x64}}
  %0 = h3.quantize %w, %s : tensor<8x64xf32>, tensor<8x2xf16> -> tensor<8x64xi8>
  return
}

// -----

func.func @quantize_c1_dynamic(%w: tensor<?x64xf32>, %s: tensor<?xf32>) {
  // expected-error@+1 {{'h3.quantize' op (C1): expected a static weight, found 'tensor<?x64xf32>'}}
  %0 = h3.quantize %w, %s : tensor<?x64xf32>, tensor<?xf32> -> tensor<?x64xi8>
  return
}

// -----

func.func @embedding_c1_int4(%ids: tensor<?xi32>, %t: tensor<500x32xi8>, %s: tensor<500x2xf16>, %init: tensor<?x32xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x32}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x32xi8>) scales(%s : tensor<500x2xf16>) outs(%init : tensor<?x32xf32>) -> tensor<?x32xf32>
  return
}

// -----

func.func @embedding_c1_int8(%ids: tensor<?xi32>, %t: tensor<500x64xi8>, %s: tensor<500xf32>, %init: tensor<?x128xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x128}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xi8>) scales(%s : tensor<500xf32>) outs(%init : tensor<?x128xf32>) -> tensor<?x128xf32>
  return
}

// -----

func.func @embedding_c2_without(%ids: tensor<?xi32>, %t: tensor<500x64xi8>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales for a weight of 'i8'}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xi8>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_floats(%ids: tensor<?xi32>, %t: tensor<500x64xf32>, %s: tensor<500xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected no scales for a weight of 'f32'}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xf32>) scales(%s : tensor<500xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_halves(%ids: tensor<?xi32>, %t: tensor<500x64xbf16>, %s: tensor<500xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected no scales for a weight of 'bf16'}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xbf16>) scales(%s : tensor<500xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_panels(%ids: tensor<?xi32>, %t: tensor<32x64x16xf32>, %s: tensor<500xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected no scales for a weight of 'f32'}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<32x64x16xf32>) scales(%s : tensor<500xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_rows(%ids: tensor<?xi32>, %t: tensor<500x64xi8>, %s: tensor<64xf32>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales of shape 500, found 64}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x64xi8>) scales(%s : tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_groups(%ids: tensor<?xi32>, %t: tensor<500x32xi8>, %s: tensor<500x1xf16>, %init: tensor<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales of shape 500x2, found 500x1}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x32xi8>) scales(%s : tensor<500x1xf16>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// -----

func.func @embedding_c2_part_of_a_group(%ids: tensor<?xi32>, %t: tensor<500x40xi8>, %s: tensor<500x2xf16>, %init: tensor<?x80xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected columns in whole groups of 32, found 80}}
  %0 = h3.embedding ins(%ids, %t : tensor<?xi32>, tensor<500x40xi8>) scales(%s : tensor<500x2xf16>) outs(%init : tensor<?x80xf32>) -> tensor<?x80xf32>
  return
}

// -----

func.func @linear_c1_int4(%x: tensor<?x64xf32>, %w: tensor<100x64xi8>, %s: tensor<100x4xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 128}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : tensor<100x4xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c1_half(%x: tensor<?x64xf32>, %w: tensor<100x32xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 32}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x32xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c2_int8(%x: tensor<?x64xf32>, %w: tensor<64x64xi8>, %s: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 100 output features, found 'tensor<64x64xi8>'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<64x64xi8>) scales(%s : tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_without(%x: tensor<?x64xf32>, %w: tensor<100x64xi8>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales for a weight of 'i8'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xi8>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_floats(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected no scales for a weight of 'f32'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_halves(%x: tensor<?x64xf32>, %w: tensor<100x64xf16>, %s: tensor<100x2xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected no scales for a weight of 'f16'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf16>) scales(%s : tensor<100x2xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_panels(%x: tensor<?x64xf32>, %w: tensor<7x64x16xf32>, %s: tensor<100xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected no scales for a weight of 'f32'}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<7x64x16xf32>) scales(%s : tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_rows(%x: tensor<?x64xf32>, %w: tensor<100x64xi8>, %s: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 100, found 64}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_groups(%x: tensor<?x64xf32>, %w: tensor<100x32xi8>, %s: tensor<100x4xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 100x2, found 100x4}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x32xi8>) scales(%s : tensor<100x4xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_group_rows(%x: tensor<?x64xf32>, %w: tensor<100x32xi8>, %s: tensor<50x2xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 100x2, found 50x2}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x32xi8>) scales(%s : tensor<50x2xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c5_part_of_a_group(%x: tensor<?x80xf32>, %w: tensor<100x40xi8>, %s: tensor<100x2xf16>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected columns in whole groups of 32, found 80}}
  %0 = h3.linear ins(%x, %w : tensor<?x80xf32>, tensor<100x40xi8>) scales(%s : tensor<100x2xf16>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_no_epsilon(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %h: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected a positive epsilon with a norm, and none without}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %h : tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_no_norm(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected a positive epsilon with a norm, and none without}}
  %0 = h3.linear {epsilon = 1.0e-5 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_zero(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %h: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected a positive epsilon with a norm, and none without}}
  %0 = h3.linear {epsilon = 0.0 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %h : tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_nan(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %h: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected a positive epsilon with a norm, and none without}}
  %0 = h3.linear {epsilon = 0x7FC00000 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %h : tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_weight(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<32xf32>, %h: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected norm of shape 64, found 32}}
  %0 = h3.linear {epsilon = 1.0 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %h : tensor<32xf32>, tensor<64xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_bias(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %h: tensor<100xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected norm of shape 64, found 100}}
  %0 = h3.linear {epsilon = 1.0 : f32} ins(%x, %w : tensor<?x64xf32>, tensor<100x64xf32>) norm(%g, %h : tensor<64xf32>, tensor<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_weight_alone(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected the weight and the bias of a norm, found one of them}}
  %0 = "h3.linear"(%x, %w, %g, %init) <{epsilon = 1.0 : f32, operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 1, 0, 0, 1>}> : (tensor<?x64xf32>, tensor<100x64xf32>, tensor<64xf32>, tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @linear_c6_bias_alone(%x: tensor<?x64xf32>, %w: tensor<100x64xf32>, %g: tensor<64xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C6): expected the weight and the bias of a norm, found one of them}}
  %0 = "h3.linear"(%x, %w, %g, %init) <{operandSegmentSizes = array<i32: 1, 1, 0, 0, 0, 0, 1, 0, 1>}> : (tensor<?x64xf32>, tensor<100x64xf32>, tensor<64xf32>, tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}

// -----

func.func @mixture_scales(%x: tensor<?x64xf32>, %w: tensor<100x64xi8>, %s: memref<100xf32>, %init: tensor<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op expected operands that are all tensors or all memrefs, found a mixture}}
  %0 = h3.linear ins(%x, %w : tensor<?x64xf32>, tensor<100x64xi8>) scales(%s : memref<100xf32>) outs(%init : tensor<?x100xf32>) -> tensor<?x100xf32>
  return
}
