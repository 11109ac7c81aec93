// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Layers with packed weights in few bits: one case for each branch of their
// verifiers.

func.func @linear_c1_packed(%x: memref<?x64xf32>, %w: memref<7x16x16x2xi8>, %s: memref<100xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 32}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x16x16x2xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

// With scales of groups there are two values in a byte.
func.func @linear_c1_groups(%x: memref<?x64xf32>, %w: memref<7x16x16x4xi8>, %s: memref<7x4x16xf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C1): expected a weight with 64 input features, found 128}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x16x16x4xi8>) scales(%s : memref<7x4x16xf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c2_packed(%x: memref<?x64xf32>, %w: memref<7x32x16x2xbf16>, %y: memref<?x200xf32>) {
  // expected-error@+1 {{'h3.linear' op (C2): expected a weight for 200 output features, found 'memref<7x32x16x2xbf16>'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x32x16x2xbf16>) outs(%y : memref<?x200xf32>)
  return
}

// -----

func.func @linear_c5_without(%x: memref<?x64xf32>, %w: memref<7x16x16x4xui8>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales for a weight of 'ui8'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x16x16x4xui8>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c5_halves(%x: memref<?x64xf32>, %w: memref<7x32x16x2xbf16>, %s: memref<100xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected no scales for a weight of 'bf16'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x32x16x2xbf16>) scales(%s : memref<100xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

// Seven panels of 16 rows hold 97 to 112.
func.func @linear_c5_rows(%x: memref<?x64xf32>, %w: memref<7x32x16x2xi8>, %s: memref<113xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales for 'memref<7x32x16x2xi8>', found 'memref<113xf32>'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%s : memref<113xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c5_fewer_rows(%x: memref<?x64xf32>, %w: memref<7x32x16x2xi8>, %s: memref<96xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales for 'memref<7x32x16x2xi8>', found 'memref<96xf32>'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%s : memref<96xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c5_groups(%x: memref<?x64xf32>, %w: memref<7x8x16x4xi8>, %s: memref<7x4x16xf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 7x2x16, found 7x4x16}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x8x16x4xi8>) scales(%s : memref<7x4x16xf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

// Scales of groups are in panels where their weight is, and nowhere else.
func.func @linear_c5_group_rows(%x: memref<?x64xf32>, %w: memref<7x8x16x4xi8>, %s: memref<100x2xf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 7x2x16, found 100x2}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x8x16x4xi8>) scales(%s : memref<100x2xf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c5_rows_of_groups(%x: memref<?x64xf32>, %w: memref<100x32xi8>, %s: memref<7x2x16xf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected scales of shape 100x2, found 7x2x16}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<100x32xi8>) scales(%s : memref<7x2x16xf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c5_part_of_a_group(%x: memref<?x80xf32>, %w: memref<7x10x16x4xi8>, %s: memref<7x2x16xf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C5): expected columns in whole groups of 32, found 80}}
  h3.linear ins(%x, %w : memref<?x80xf32>, memref<7x10x16x4xi8>) scales(%s : memref<7x2x16xf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c7_rows(%x: memref<?x64xi8>, %w: memref<100x64xi8>, %s: memref<100xf32>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C7): expected an input of f32, or of what 'memref<100x64xi8>' is multiplied with, found 'i8'}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<100x64xi8>) scales(%s : memref<100xf32>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c7_halves(%x: memref<?x64xf16>, %w: memref<7x32x16x2xbf16>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C7): expected an input of f32, or of what 'memref<7x32x16x2xbf16>' is multiplied with, found 'f16'}}
  h3.linear ins(%x, %w : memref<?x64xf16>, memref<7x32x16x2xbf16>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c7_integers(%x: memref<?x64xi8>, %w: memref<7x32x16x2xbf16>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C7): expected an input of f32, or of what 'memref<7x32x16x2xbf16>' is multiplied with, found 'i8'}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<7x32x16x2xbf16>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c7_bytes(%x: memref<?x64xbf16>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C7): expected an input of f32, or of what 'memref<7x32x16x2xi8>' is multiplied with, found 'bf16'}}
  h3.linear ins(%x, %w : memref<?x64xbf16>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_no_scales(%x: memref<?x64xi16>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row scales and no row sums for 'memref<?x64xi16>' times 'memref<7x32x16x2xi8>'}}
  h3.linear ins(%x, %w : memref<?x64xi16>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_floats(%x: memref<?x64xf32>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected no row scales and no row sums for 'memref<?x64xf32>' times 'memref<7x32x16x2xi8>'}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_halves(%x: memref<?x64xbf16>, %w: memref<7x32x16x2xbf16>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected no row scales and no row sums for 'memref<?x64xbf16>' times 'memref<7x32x16x2xbf16>'}}
  h3.linear ins(%x, %w : memref<?x64xbf16>, memref<7x32x16x2xbf16>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_signed(%x: memref<?x64xi16>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %r: memref<?xf32>, %n: memref<?x1xi32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row scales and no row sums for 'memref<?x64xi16>' times 'memref<7x32x16x2xi8>'}}
  h3.linear ins(%x, %w : memref<?x64xi16>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x1xi32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_unsigned(%x: memref<?x64xi8>, %w: memref<7x16x16x4xui8>, %s: memref<100xf32>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row scales and row sums for 'memref<?x64xi8>' times 'memref<7x16x16x4xui8>'}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<7x16x16x4xui8>) scales(%s : memref<100xf32>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_groups(%x: memref<?x64xi8>, %w: memref<7x8x16x4xi8>, %s: memref<7x2x16xf16>, %r: memref<?xf32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row scales and row sums for 'memref<?x64xi8>' times 'memref<7x8x16x4xi8>'}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%s : memref<7x2x16xf16>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_scales(%x: memref<3x64xi8>, %w: memref<7x16x16x4xui8>, %s: memref<100xf32>, %r: memref<4xf32>, %n: memref<3x1xi32>, %y: memref<3x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row scales of shape 3, found 4}}
  h3.linear ins(%x, %w : memref<3x64xi8>, memref<7x16x16x4xui8>) scales(%s : memref<100xf32>) row_scales(%r : memref<4xf32>) row_sums(%n : memref<3x1xi32>) outs(%y : memref<3x100xf32>)
  return
}

// -----

func.func @linear_c9_row_sums(%x: memref<?x64xi8>, %w: memref<7x16x16x4xui8>, %s: memref<100xf32>, %r: memref<?xf32>, %n: memref<?x2xi32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row sums of shape ?x1, found ?x2}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<7x16x16x4xui8>) scales(%s : memref<100xf32>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x2xi32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @linear_c9_group_sums(%x: memref<?x64xi8>, %w: memref<7x8x16x4xi8>, %s: memref<7x2x16xf16>, %r: memref<?xf32>, %n: memref<?x1xi32>, %y: memref<?x100xf32>) {
  // expected-error@+1 {{'h3.linear' op (C9): expected row sums of shape ?x2, found ?x1}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<7x8x16x4xi8>) scales(%s : memref<7x2x16xf16>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x1xi32>) outs(%y : memref<?x100xf32>)
  return
}

// -----

func.func @embedding_c1_packed(%ids: memref<?xi32>, %w: memref<7x32x16x2xi8>, %s: memref<100xf32>, %y: memref<?x128xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x128}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x32x16x2xi8>) scales(%s : memref<100xf32>) outs(%y : memref<?x128xf32>)
  return
}

// -----

func.func @embedding_c1_groups(%ids: memref<?xi32>, %w: memref<7x8x16x4xi8>, %s: memref<7x2x16xf16>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C1): expected output of shape ?x64, found ?x32}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x8x16x4xi8>) scales(%s : memref<7x2x16xf16>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @embedding_c2_without(%ids: memref<?xi32>, %w: memref<7x16x16x4xui8>, %y: memref<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales for a weight of 'ui8'}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x16x16x4xui8>) outs(%y : memref<?x64xf32>)
  return
}

// -----

func.func @embedding_c2_rows(%ids: memref<?xi32>, %w: memref<7x16x16x4xui8>, %s: memref<113xf32>, %y: memref<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales for 'memref<7x16x16x4xui8>', found 'memref<113xf32>'}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x16x16x4xui8>) scales(%s : memref<113xf32>) outs(%y : memref<?x64xf32>)
  return
}

// -----

func.func @embedding_c2_groups(%ids: memref<?xi32>, %w: memref<7x8x16x4xi8>, %s: memref<7x2x8xf16>, %y: memref<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' op (C2): expected scales of shape 7x2x16, found 7x2x8}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<7x8x16x4xi8>) scales(%s : memref<7x2x8xf16>) outs(%y : memref<?x64xf32>)
  return
}
