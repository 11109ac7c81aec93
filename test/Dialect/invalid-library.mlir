// RUN: h3-opt %s -split-input-file -verify-diagnostics
// Dense layers of libraries, and what is done for them.

func.func @linear_c7_types(%x: memref<?x64xf32>, %w: memref<8x64xf16>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{'h3.linear' op (C7): expected input and weight of one type in rows, no norm and not both gelu and accumulate, for a library}}
  h3.linear {library} ins(%x, %w : memref<?x64xf32>, memref<8x64xf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @linear_c7_packed(%x: memref<?x64xf32>, %w: memref<1x64x8xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{(C7): expected input and weight of one type in rows}}
  h3.linear {library} ins(%x, %w : memref<?x64xf32>, memref<1x64x8xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @linear_c7_norm(%x: memref<?x64xf32>, %w: memref<8x64xf32>, %g: memref<64xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{(C7): expected input and weight of one type in rows, no norm}}
  h3.linear {epsilon = 1.0 : f32, library} ins(%x, %w : memref<?x64xf32>, memref<8x64xf32>) norm(%g, %g : memref<64xf32>, memref<64xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @linear_c7_epilogue(%x: memref<?x64xf32>, %w: memref<8x64xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{(C7): expected input and weight of one type in rows, no norm and not both gelu and accumulate, for a library}}
  h3.linear {accumulate, gelu, library} ins(%x, %w : memref<?x64xf32>, memref<8x64xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @linear_c8(%x: memref<?x64xf32, strided<[128, 1]>>, %w: memref<8x64xf32>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{(C8): expected rows without gaps for a library, found 'memref<?x64xf32, strided<[128, 1]>>'}}
  h3.linear {library} ins(%x, %w : memref<?x64xf32, strided<[128, 1]>>, memref<8x64xf32>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @linear_c8_output(%x: memref<?x64xf32>, %w: memref<8x64xf32>, %y: memref<?x8xf32, strided<[16, 2]>>) {
  // expected-error@+1 {{(C8): expected rows without gaps for a library, found 'memref<?x8xf32, strided<[16, 2]>>'}}
  h3.linear {library} ins(%x, %w : memref<?x64xf32>, memref<8x64xf32>) outs(%y : memref<?x8xf32, strided<[16, 2]>>)
  return
}

// -----

func.func @linear_c7_kernel(%x: memref<?x64xbf16>, %w: memref<8x64xbf16>, %y: memref<?x8xf32>) {
  // expected-error@+1 {{(C7): expected an input of f32, or of what 'memref<8x64xbf16>' is multiplied with, found 'bf16'}}
  h3.linear ins(%x, %w : memref<?x64xbf16>, memref<8x64xbf16>) outs(%y : memref<?x8xf32>)
  return
}

// -----

func.func @round_rows_c1(%x: memref<?x64xf32>, %y: memref<?x32xf16>) {
  // expected-error@+1 {{'h3.round_rows' op (C1): expected output of shape ?x64, found ?x32}}
  h3.round_rows ins(%x : memref<?x64xf32>) outs(%y : memref<?x32xf16>)
  return
}

// -----

func.func @dequantize_c1(%q: memref<8x64xi8>, %s: memref<7xf32>, %y: memref<8x64xf16>) {
  // expected-error@+1 {{'h3.dequantize' op (C1): expected scales of shape 8, found 7}}
  h3.dequantize ins(%q, %s : memref<8x64xi8>, memref<7xf32>) outs(%y : memref<8x64xf16>)
  return
}

// -----

func.func @dequantize_c2(%q: memref<8x64xi8>, %s: memref<8xf32>, %y: memref<8x32xf16>) {
  // expected-error@+1 {{'h3.dequantize' op (C2): expected output of shape 8x64, found 8x32}}
  h3.dequantize ins(%q, %s : memref<8x64xi8>, memref<8xf32>) outs(%y : memref<8x32xf16>)
  return
}

// -----

// Two values of a group are in a byte.
func.func @dequantize_c2_groups(%q: memref<8x32xi8>, %s: memref<8x2xf16>, %y: memref<8x32xf16>) {
  // expected-error@+1 {{'h3.dequantize' op (C2): expected output of shape 8x64, found 8x32}}
  h3.dequantize ins(%q, %s : memref<8x32xi8>, memref<8x2xf16>) outs(%y : memref<8x32xf16>)
  return
}
