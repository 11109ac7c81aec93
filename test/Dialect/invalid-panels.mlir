// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Weights in panels and inputs in few bits: one case for each branch of the
// verifiers of what makes them.

func.func @pack_panels_c1_width(%w: tensor<100x64xi8>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected a static panel width and weight, found 'tensor<7x32x?x2xi8>' of 'tensor<100x64xi8>'}}
  %0 = h3.pack_panels %w : tensor<100x64xi8> -> tensor<7x32x?x2xi8>
  return
}

// -----

func.func @pack_panels_c1_group(%w: tensor<100x64xi8>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected a static panel width and weight, found 'tensor<7x32x16x?xi8>' of 'tensor<100x64xi8>'}}
  %0 = h3.pack_panels %w : tensor<100x64xi8> -> tensor<7x32x16x?xi8>
  return
}

// -----

func.func @pack_panels_c1_no_group(%w: tensor<100x64xi8>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected a static panel width and weight, found 'tensor<7x64x16x0xi8>' of 'tensor<100x64xi8>'}}
  %0 = h3.pack_panels %w : tensor<100x64xi8> -> tensor<7x64x16x0xi8>
  return
}

// -----

func.func @pack_panels_c1_multiple(%w: tensor<100x66xi8>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected columns that are a multiple of 4, found 66}}
  %0 = h3.pack_panels %w : tensor<100x66xi8> -> tensor<7x17x16x4xui8>
  return
}

// -----

func.func @pack_panels_c1_steps(%w: tensor<100x64xbf16>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected panels of shape 7x32x16x2, found 7x64x16x2}}
  %0 = h3.pack_panels %w : tensor<100x64xbf16> -> tensor<7x64x16x2xbf16>
  return
}

// -----

func.func @pack_panels_c1_panels(%w: tensor<100x64xi8>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected panels of shape 7x16x16x4, found 6x16x16x4}}
  %0 = h3.pack_panels %w : tensor<100x64xi8> -> tensor<6x16x16x4xui8>
  return
}

// -----

func.func @pack_panels_c1_scales(%w: tensor<100x2xf16>) {
  // expected-error@+1 {{'h3.pack_panels' op (C1): expected panels of shape 7x2x16, found 7x64x16}}
  %0 = h3.pack_panels %w : tensor<100x2xf16> -> tensor<7x64x16xf16>
  return
}

// -----

func.func @pack_panels_c2_rounded(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C2): expected panels of 'f32', found 'bf16'}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x32x16x2xbf16>
  return
}

// -----

func.func @pack_panels_c2_widened(%w: tensor<100x64xf16>) {
  // expected-error@+1 {{'h3.pack_panels' op (C2): expected panels of 'f16', found 'f32'}}
  %0 = h3.pack_panels %w : tensor<100x64xf16> -> tensor<7x64x16xf32>
  return
}

// -----

func.func @pack_panels_c2_bytes(%w: tensor<100x64xbf16>) {
  // expected-error@+1 {{'h3.pack_panels' op (C2): expected panels of 'bf16', found 'i8'}}
  %0 = h3.pack_panels %w : tensor<100x64xbf16> -> tensor<7x32x16x2xi8>
  return
}

// -----

// Bytes alone have an unsigned form.
func.func @pack_panels_c2_unsigned(%w: tensor<100x64xf32>) {
  // expected-error@+1 {{'h3.pack_panels' op (C2): expected panels of 'f32', found 'ui8'}}
  %0 = h3.pack_panels %w : tensor<100x64xf32> -> tensor<7x16x16x4xui8>
  return
}

// -----

func.func @quantize_rows_mixture(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: tensor<?xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op expected operands that are all tensors or all memrefs, found a mixture}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s : memref<?x64xi8>, tensor<?xf32>)
  return
}

// -----

func.func @quantize_rows_c1_columns(%x: memref<?x64xf32>, %q: memref<?x32xi8>, %s: memref<?xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C1): expected values of shape ?x64, found ?x32}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s : memref<?x32xi8>, memref<?xf32>)
  return
}

// -----

func.func @quantize_rows_c1_rows(%x: memref<3x64xf32>, %q: memref<4x64xi16>, %s: memref<3xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C1): expected values of shape 3x64, found 4x64}}
  h3.quantize_rows ins(%x : memref<3x64xf32>) outs(%q, %s : memref<4x64xi16>, memref<3xf32>)
  return
}

// -----

func.func @quantize_rows_c1_scales(%x: memref<3x64xf32>, %q: memref<3x64xi8>, %s: memref<64xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C1): expected scales of shape 3, found 64}}
  h3.quantize_rows ins(%x : memref<3x64xf32>) outs(%q, %s : memref<3x64xi8>, memref<64xf32>)
  return
}

// -----

func.func @quantize_rows_c2_groups(%x: memref<?x64xf32>, %q: memref<?x64xi8>, %s: memref<?xf32>, %n: memref<?x3xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C2): expected sums of shape ?x2, found ?x3}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s, %n : memref<?x64xi8>, memref<?xf32>, memref<?x3xi32>)
  return
}

// -----

func.func @quantize_rows_c2_group_rows(%x: memref<3x64xf32>, %q: memref<3x64xi8>, %s: memref<3xf32>, %n: memref<4x2xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C2): expected sums of shape 3x2, found 4x2}}
  h3.quantize_rows ins(%x : memref<3x64xf32>) outs(%q, %s, %n : memref<3x64xi8>, memref<3xf32>, memref<4x2xi32>)
  return
}

// -----

func.func @quantize_rows_c2_row_sums(%x: memref<3x64xf32>, %q: memref<3x64xi8>, %s: memref<3xf32>, %n: memref<4x1xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C2): expected sums of shape 3x1, found 4x1}}
  h3.quantize_rows ins(%x : memref<3x64xf32>) outs(%q, %s, %n : memref<3x64xi8>, memref<3xf32>, memref<4x1xi32>)
  return
}

// -----

func.func @quantize_rows_c2_part_of_a_group(%x: memref<?x48xf32>, %q: memref<?x48xi8>, %s: memref<?xf32>, %n: memref<?x2xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C2): expected sums of rows, for columns in no groups of 32, found 'memref<?x2xi32>'}}
  h3.quantize_rows ins(%x : memref<?x48xf32>) outs(%q, %s, %n : memref<?x48xi8>, memref<?xf32>, memref<?x2xi32>)
  return
}

// -----

func.func @quantize_rows_c2_dynamic(%x: memref<?x?xf32>, %q: memref<?x?xi8>, %s: memref<?xf32>, %n: memref<?x2xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C2): expected sums of rows, for columns in no groups of 32, found 'memref<?x2xi32>'}}
  h3.quantize_rows ins(%x : memref<?x?xf32>) outs(%q, %s, %n : memref<?x?xi8>, memref<?xf32>, memref<?x2xi32>)
  return
}

// -----

func.func @quantize_rows_c3_part_of_a_group(%x: memref<?x48xf32>, %q: memref<?x48xi8>, %s: memref<?xf32>, %n: memref<?x1xi32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C3): expected columns in whole groups of 32, found 'memref<?x48xf32>'}}
  h3.quantize_rows {paired} ins(%x : memref<?x48xf32>) outs(%q, %s, %n : memref<?x48xi8>, memref<?xf32>, memref<?x1xi32>)
  return
}

// -----

func.func @quantize_rows_c3_dynamic(%x: memref<?x?xf32>, %q: memref<?x?xi8>, %s: memref<?xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op (C3): expected columns in whole groups of 32, found 'memref<?x?xf32>'}}
  h3.quantize_rows {paired} ins(%x : memref<?x?xf32>) outs(%q, %s : memref<?x?xi8>, memref<?xf32>)
  return
}

// -----

func.func @quantize_rows_type(%x: memref<?x64xf32>, %q: memref<?x64xi32>, %s: memref<?xf32>) {
  // expected-error@+1 {{'h3.quantize_rows' op operand #1 must be 2D tensor or memref of 8-bit signless integer or 16-bit signless integer values, but got 'memref<?x64xi32>'}}
  h3.quantize_rows ins(%x : memref<?x64xf32>) outs(%q, %s : memref<?x64xi32>, memref<?xf32>)
  return
}
