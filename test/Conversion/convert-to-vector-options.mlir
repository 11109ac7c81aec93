// RUN: not h3-opt %s --h3-convert-to-vector=lanes=0 2>&1 | FileCheck %s -DLANES=0 -DROWS=6
// RUN: not h3-opt %s --h3-convert-to-vector=lanes=65 2>&1 | FileCheck %s -DLANES=65 -DROWS=6
// RUN: not h3-opt %s --h3-convert-to-vector=tile-rows=100000 2>&1 | FileCheck %s -DLANES=8 -DROWS=100000
// RUN: not h3-opt %s --h3-parameter-pipeline --h3-vector-pipeline=lanes=9223372036854775807 2>&1 | FileCheck %s -DLANES=9223372036854775807 -DROWS=6
// RUN: not h3-opt %s --h3-convert-to-vector 2>&1 | FileCheck %s --check-prefix=WIDE
// RUN: not h3-opt %s --h3-convert-to-vector=dots=i16,f16 2>&1 | FileCheck %s --check-prefix=DOTS -DTYPE=f16 -DLANES=8
// RUN: not h3-opt %s --h3-convert-to-vector='lanes=4 dots=i16' 2>&1 | FileCheck %s --check-prefix=DOTS -DTYPE=i16 -DLANES=4
// RUN: not h3-opt %s --h3-convert-to-vector='lanes=32 dots=bf16' 2>&1 | FileCheck %s --check-prefix=DOTS -DTYPE=bf16 -DLANES=32

// CHECK: error: h3-convert-to-vector expects lanes and tile-rows from 1 to 64, found [[LANES]] and [[ROWS]]
// DOTS: error: h3-convert-to-vector expects dots of i16, i8 or bf16, with 8 or 16 lanes, found '[[TYPE]]' with [[LANES]]
// WIDE: error: 'h3.linear' is left after h3-convert-to-vector; it must be on memrefs and its weight packed in a few whole vectors
func.func @wide_panel(%x: memref<?x8xf32>, %w: memref<1x8x4294967296xf32>, %y: memref<?x16xf32>) {
  h3.linear ins(%x, %w : memref<?x8xf32>, memref<1x8x4294967296xf32>) outs(%y : memref<?x16xf32>)
  return
}
