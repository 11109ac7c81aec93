// RUN: h3-opt %s --h3-convert-to-vector -split-input-file -verify-diagnostics
// What GPUs alone have is refused, not compiled as if it were not there, and so
// are panels whose products take another input.

func.func @norm(%x: memref<?x24xf32>, %w: memref<1x24x16xf32>, %g: memref<24xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector; it must be on memrefs and its weight packed in a few whole vectors, a spectrum for this number of lanes, with one dynamic size at most, the first; a table of f32 or packed, and no fused norm}}
  h3.linear {epsilon = 0.5 : f32} ins(%x, %w : memref<?x24xf32>, memref<1x24x16xf32>) norm(%g, %g : memref<24xf32>, memref<24xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @half(%x: memref<?x24xf32>, %w: memref<8x24xf16>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x24xf32>, memref<8x24xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @int8(%x: memref<?x24xf32>, %w: memref<8x24xi8>, %s: memref<8xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x24xf32>, memref<8x24xi8>) scales(%s : memref<8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @int4(%x: memref<?x64xf32>, %w: memref<8x32xi8>, %s: memref<8x2xf16>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<8x32xi8>) scales(%s : memref<8x2xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @table_bf16(%ids: memref<?xi32>, %w: memref<8x24xbf16>, %y: memref<?x24xf32>) {
  // expected-error@+1 {{'h3.embedding' is left after h3-convert-to-vector}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<8x24xbf16>) outs(%y : memref<?x24xf32>)
  return
}

// -----

func.func @table_int8(%ids: memref<?xi32>, %w: memref<8x24xi8>, %s: memref<8xf32>, %y: memref<?x24xf32>) {
  // expected-error@+1 {{'h3.embedding' is left after h3-convert-to-vector}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<8x24xi8>) scales(%s : memref<8xf32>) outs(%y : memref<?x24xf32>)
  return
}

// -----

func.func @table_int4(%ids: memref<?xi32>, %w: memref<8x32xi8>, %s: memref<8x2xf16>, %y: memref<?x64xf32>) {
  // expected-error@+1 {{'h3.embedding' is left after h3-convert-to-vector}}
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<8x32xi8>) scales(%s : memref<8x2xf16>) outs(%y : memref<?x64xf32>)
  return
}

// -----

// The halves of a mixer over windows have no form for CPUs.
func.func @scan(%k: memref<?x8xf32>, %taps: memref<64x8xf32>, %c: memref<8xf32>, %s: memref<?x64x8xf32>, %modes: memref<4x32x8xf32>, %x: memref<?x32x2x8xf32>, %i: memref<?xi32>, %w: memref<8x2x32x2x8xf32>) {
  // expected-error@+1 {{'h3.mixer_scan' is left after h3-convert-to-vector}}
  h3.mixer_scan {window = 64 : i64} ins(%k, %k : memref<?x8xf32>, memref<?x8xf32>)
    shift(%taps, %c, %s : memref<64x8xf32>, memref<8xf32>, memref<?x64x8xf32>) diag(%modes, %x : memref<4x32x8xf32>, memref<?x32x2x8xf32>)
    batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%k, %w : memref<?x8xf32>, memref<8x2x32x2x8xf32>)
  return
}

// -----

func.func @packed_floats(%x: memref<?x64xf32>, %w: memref<2x32x16x2xi8>, %s: memref<32xf32>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<2x32x16x2xi8>) scales(%s : memref<32xf32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @packed_bytes(%x: memref<?x64xi8>, %w: memref<2x32x16x2xi8>, %s: memref<32xf32>, %r: memref<?xf32>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xi8>, memref<2x32x16x2xi8>) scales(%s : memref<32xf32>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @packed_fours_i16(%x: memref<?x64xi16>, %w: memref<2x16x16x4xui8>, %s: memref<32xf32>, %r: memref<?xf32>, %n: memref<?x1xi32>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xi16>, memref<2x16x16x4xui8>) scales(%s : memref<32xf32>) row_scales(%r : memref<?xf32>) row_sums(%n : memref<?x1xi32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @packed_signed_fours(%x: memref<?x64xi16>, %w: memref<2x16x16x4xi8>, %s: memref<32xf32>, %r: memref<?xf32>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xi16>, memref<2x16x16x4xi8>) scales(%s : memref<32xf32>) row_scales(%r : memref<?xf32>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @packed_bf16_fours(%x: memref<?x64xf32>, %w: memref<2x16x16x4xbf16>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<2x16x16x4xbf16>) outs(%y : memref<?x32xf32>)
  return
}

// -----

func.func @packed_narrow(%x: memref<?x64xf32>, %w: memref<8x32x4x2xbf16>, %y: memref<?x32xf32>) {
  // expected-error@+1 {{'h3.linear' is left after h3-convert-to-vector}}
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<8x32x4x2xbf16>) outs(%y : memref<?x32xf32>)
  return
}
