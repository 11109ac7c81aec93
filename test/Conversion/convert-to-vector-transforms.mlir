// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s --implicit-check-not='h3.{{rfft|irfft|spectral}}'

// A length that transforms have goes through them, with x^n = 1; both directions
// share the tables and the places of the frequencies.
// CHECK: memref.global "private" constant @places_64 : memref<64xi32>
// CHECK-COUNT-3: memref.global "private" constant @twiddles_64_{{[0-2]}}_0 :
// CHECK-NOT: memref.global
// CHECK-LABEL: @ring
// CHECK-COUNT-2: memref.alloca() {alignment = 64 : i64} : memref<64x2x8xf32>
// CHECK: scf.parallel
// CHECK: vector.load %arg0
// CHECK: memref.load %{{.*}} : memref<64xi32>
// CHECK-COUNT-2: vector.store %{{.*}}, %arg1
// CHECK: scf.parallel
// CHECK: vector.load %arg1
// CHECK: vector.store %{{.*}}, %arg0
func.func @ring(%u: memref<64x8xf32>, %s: memref<33x2x8xf32>) {
  h3.rfft ins(%u : memref<64x8xf32>) outs(%s : memref<33x2x8xf32>)
  h3.irfft ins(%s : memref<33x2x8xf32>) outs(%u : memref<64x8xf32>)
  return
}

// -----

// A prime length is the sum of its definition, over a table of roots.
// CHECK: memref.global "private" constant @roots_7 : memref<7x2xf32>
// CHECK-NOT: memref.global
// CHECK-LABEL: @prime
// CHECK-NOT: memref.alloc
// CHECK: scf.parallel
// CHECK: scf.for {{.*}} iter_args
// CHECK-COUNT-2: math.fma
// CHECK: scf.yield
// CHECK-COUNT-2: vector.maskedstore %arg1
// CHECK: scf.parallel
// CHECK: scf.for {{.*}} iter_args
// CHECK-COUNT-2: math.fma
// CHECK: scf.yield
// CHECK: vector.maskedstore %arg0
func.func @prime(%u: memref<7x12xf32>, %s: memref<4x2x12xf32>) {
  h3.rfft ins(%u : memref<7x12xf32>) outs(%s : memref<4x2x12xf32>)
  h3.irfft ins(%s : memref<4x2x12xf32>) outs(%u : memref<7x12xf32>)
  return
}

// -----

// A product is a task for each frequency: whole blocks, then a masked one.
// CHECK-LABEL: @product
// CHECK: scf.parallel
// CHECK: scf.for
// CHECK-COUNT-2: math.fma
// CHECK-COUNT-2: vector.store %{{.*}}, %arg2
// CHECK-COUNT-2: math.fma
// CHECK-COUNT-2: vector.maskedstore %arg2
func.func @product(%a: memref<33x2x12xf32>, %b: memref<33x2x12xf32>, %c: memref<33x2x12xf32>) {
  h3.spectral_product ins(%a, %b : memref<33x2x12xf32>, memref<33x2x12xf32>) outs(%c : memref<33x2x12xf32>)
  return
}
