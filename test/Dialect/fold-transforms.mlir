// RUN: h3-opt %s --canonicalize -split-input-file | FileCheck %s

// The inverse of a transform is what was transformed, for an even number of rows,
// an odd one, and one row. Nothing is left of the two.
// CHECK-LABEL: @inverse
// CHECK-NEXT: return %arg0, %arg1, %arg2 :
func.func @inverse(%even: tensor<8x3xf32>, %odd: tensor<7x3xf32>, %one: tensor<1x3xf32>, %i8: tensor<8x3xf32>, %i7: tensor<7x3xf32>,
                   %i1: tensor<1x3xf32>, %s8: tensor<5x2x3xf32>, %s7: tensor<4x2x3xf32>, %s1: tensor<1x2x3xf32>)
    -> (tensor<8x3xf32>, tensor<7x3xf32>, tensor<1x3xf32>) {
  %0 = h3.rfft ins(%even : tensor<8x3xf32>) outs(%s8 : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  %1 = h3.irfft ins(%0 : tensor<5x2x3xf32>) outs(%i8 : tensor<8x3xf32>) -> tensor<8x3xf32>
  %2 = h3.rfft ins(%odd : tensor<7x3xf32>) outs(%s7 : tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  %3 = h3.irfft ins(%2 : tensor<4x2x3xf32>) outs(%i7 : tensor<7x3xf32>) -> tensor<7x3xf32>
  %4 = h3.rfft ins(%one : tensor<1x3xf32>) outs(%s1 : tensor<1x2x3xf32>) -> tensor<1x2x3xf32>
  %5 = h3.irfft ins(%4 : tensor<1x2x3xf32>) outs(%i1 : tensor<1x3xf32>) -> tensor<1x3xf32>
  return %1, %3, %5 : tensor<8x3xf32>, tensor<7x3xf32>, tensor<1x3xf32>
}

// -----

// A spectrum that others use stays for them.
// CHECK-LABEL: @used
// CHECK-NEXT: %[[S:.*]] = h3.rfft ins(%arg0 : tensor<8x3xf32>) outs(%arg1 : tensor<5x2x3xf32>)
// CHECK-NEXT: return %arg0, %[[S]]
func.func @used(%u: tensor<8x3xf32>, %s: tensor<5x2x3xf32>) -> (tensor<8x3xf32>, tensor<5x2x3xf32>) {
  %0 = h3.rfft ins(%u : tensor<8x3xf32>) outs(%s : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  %1 = h3.irfft ins(%0 : tensor<5x2x3xf32>) outs(%u : tensor<8x3xf32>) -> tensor<8x3xf32>
  return %1, %0 : tensor<8x3xf32>, tensor<5x2x3xf32>
}

// -----

// Seven rows and six have spectra of one shape. The inverse of another length is
// another function; that of the right length folds beside it.
// CHECK-LABEL: @parity
// CHECK-NEXT: %[[S:.*]] = h3.rfft ins(%arg0 : tensor<7x3xf32>) outs(%arg2 : tensor<4x2x3xf32>)
// CHECK-NEXT: %[[Y:.*]] = h3.irfft ins(%[[S]] : tensor<4x2x3xf32>) outs(%arg1 : tensor<6x3xf32>) -> tensor<6x3xf32>
// CHECK-NEXT: %[[T:.*]] = h3.rfft ins(%arg1 : tensor<6x3xf32>) outs(%arg2 : tensor<4x2x3xf32>)
// CHECK-NEXT: %[[Z:.*]] = h3.irfft ins(%[[T]] : tensor<4x2x3xf32>) outs(%arg0 : tensor<7x3xf32>) -> tensor<7x3xf32>
// CHECK-NEXT: return %[[Y]], %[[Z]], %arg0
func.func @parity(%u: tensor<7x3xf32>, %v: tensor<6x3xf32>, %s: tensor<4x2x3xf32>) -> (tensor<6x3xf32>, tensor<7x3xf32>, tensor<7x3xf32>) {
  %0 = h3.rfft ins(%u : tensor<7x3xf32>) outs(%s : tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  %1 = h3.irfft ins(%0 : tensor<4x2x3xf32>) outs(%v : tensor<6x3xf32>) -> tensor<6x3xf32>
  %2 = h3.rfft ins(%v : tensor<6x3xf32>) outs(%s : tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  %3 = h3.irfft ins(%2 : tensor<4x2x3xf32>) outs(%u : tensor<7x3xf32>) -> tensor<7x3xf32>
  %4 = h3.irfft ins(%0 : tensor<4x2x3xf32>) outs(%u : tensor<7x3xf32>) -> tensor<7x3xf32>
  return %1, %3, %4 : tensor<6x3xf32>, tensor<7x3xf32>, tensor<7x3xf32>
}

// -----

// The transform of an inverse is not what was there: an inverse does not look at
// the imaginary parts at frequency 0.
// CHECK-LABEL: @transform_of_inverse
// CHECK-NEXT: %[[U:.*]] = h3.irfft ins(%arg0 : tensor<4x2x3xf32>) outs(%arg1 : tensor<7x3xf32>)
// CHECK-NEXT: %[[S:.*]] = h3.rfft ins(%[[U]] : tensor<7x3xf32>) outs(%arg0 : tensor<4x2x3xf32>)
// CHECK-NEXT: return %[[S]]
func.func @transform_of_inverse(%s: tensor<4x2x3xf32>, %u: tensor<7x3xf32>) -> tensor<4x2x3xf32> {
  %0 = h3.irfft ins(%s : tensor<4x2x3xf32>) outs(%u : tensor<7x3xf32>) -> tensor<7x3xf32>
  %1 = h3.rfft ins(%0 : tensor<7x3xf32>) outs(%s : tensor<4x2x3xf32>) -> tensor<4x2x3xf32>
  return %1 : tensor<4x2x3xf32>
}

// -----

// A transform where the result of the inverse would be written is no input of it.
// CHECK-LABEL: @destination
// CHECK-NEXT: %[[Y:.*]] = h3.irfft ins(%arg1 : tensor<5x2x3xf32>) outs(%arg0 : tensor<8x3xf32>)
// CHECK-NEXT: %[[S:.*]] = h3.rfft ins(%arg0 : tensor<8x3xf32>) outs(%arg1 : tensor<5x2x3xf32>)
// CHECK-NEXT: return %[[Y]], %[[S]]
func.func @destination(%u: tensor<8x3xf32>, %s: tensor<5x2x3xf32>) -> (tensor<8x3xf32>, tensor<5x2x3xf32>) {
  %0 = h3.irfft ins(%s : tensor<5x2x3xf32>) outs(%u : tensor<8x3xf32>) -> tensor<8x3xf32>
  %1 = h3.rfft ins(%u : tensor<8x3xf32>) outs(%s : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  return %0, %1 : tensor<8x3xf32>, tensor<5x2x3xf32>
}

// -----

// With a product between them they are a convolution.
// CHECK-LABEL: @product
// CHECK-NEXT: %[[S:.*]] = h3.rfft ins(%arg0 : tensor<8x3xf32>)
// CHECK-NEXT: %[[P:.*]] = h3.spectral_product ins(%[[S]], %arg1 : tensor<5x2x3xf32>, tensor<5x2x3xf32>)
// CHECK-NEXT: %[[Y:.*]] = h3.irfft ins(%[[P]] : tensor<5x2x3xf32>) outs(%arg0 : tensor<8x3xf32>)
// CHECK-NEXT: return %[[Y]]
func.func @product(%u: tensor<8x3xf32>, %k: tensor<5x2x3xf32>, %s: tensor<5x2x3xf32>) -> tensor<8x3xf32> {
  %0 = h3.rfft ins(%u : tensor<8x3xf32>) outs(%s : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  %1 = h3.spectral_product ins(%0, %k : tensor<5x2x3xf32>, tensor<5x2x3xf32>) outs(%s : tensor<5x2x3xf32>) -> tensor<5x2x3xf32>
  %2 = h3.irfft ins(%1 : tensor<5x2x3xf32>) outs(%u : tensor<8x3xf32>) -> tensor<8x3xf32>
  return %2 : tensor<8x3xf32>
}

// -----

// On memrefs nothing folds: the buffers are written.
// CHECK-LABEL: @memrefs
// CHECK-NEXT: h3.rfft ins(%arg0 : memref<8x3xf32>) outs(%arg1 : memref<5x2x3xf32>)
// CHECK-NEXT: h3.irfft ins(%arg1 : memref<5x2x3xf32>) outs(%arg2 : memref<8x3xf32>)
// CHECK-NEXT: return
func.func @memrefs(%u: memref<8x3xf32>, %s: memref<5x2x3xf32>, %y: memref<8x3xf32>) {
  h3.rfft ins(%u : memref<8x3xf32>) outs(%s : memref<5x2x3xf32>)
  h3.irfft ins(%s : memref<5x2x3xf32>) outs(%y : memref<8x3xf32>)
  return
}
