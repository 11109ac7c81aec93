// RUN: h3-opt %s --canonicalize -split-input-file | FileCheck %s --implicit-check-not=tensor.cast

// All that adds nothing goes at once: a skip term and a reversed kernel of zeros,
// gates of ones. Form and activation stay, and the constants have no use left.
// CHECK-LABEL: @all
// CHECK-NEXT: %[[Y:.*]] = h3.long_conv form<direct> {gelu} ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<5x8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg3 : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: return %[[Y]]
func.func @all(%u: tensor<16x8xf32>, %k: tensor<5x8xf32>, %starts: tensor<?xi32>, %init: tensor<16x8xf32>) -> tensor<16x8xf32> {
  %skip = arith.constant dense<0.0> : tensor<8xf32>
  %reversed = arith.constant dense<0.0> : tensor<5x8xf32>
  %ones = arith.constant dense<1.0> : tensor<16x8xf32>
  %0 = h3.long_conv form<direct> {gelu} ins(%u, %k : tensor<16x8xf32>, tensor<5x8xf32>) reversed(%reversed : tensor<5x8xf32>)
    skip(%skip : tensor<8xf32>) pre(%ones : tensor<16x8xf32>) post(%ones : tensor<16x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%init : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// -----

// Each goes alone as well, and takes none of the others with it: the skip term,
// CHECK-LABEL: @skip
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %arg1 : tensor<8x8xf32>, tensor<5x8xf32>) reversed(%arg2 : tensor<5x8xf32>) pre(%arg3 : tensor<8x8xf32>) post(%arg4 : tensor<8x8xf32>) batch(%arg5 : tensor<?xi32>) outs(%arg0 : tensor<8x8xf32>) -> tensor<8x8xf32>{{$}}
// CHECK-NEXT: return
func.func @skip(%u: tensor<8x8xf32>, %k: tensor<5x8xf32>, %r: tensor<5x8xf32>, %pre: tensor<8x8xf32>, %post: tensor<8x8xf32>,
                %starts: tensor<?xi32>) -> tensor<8x8xf32> {
  %skip = arith.constant dense<0.0> : tensor<8xf32>
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<8x8xf32>, tensor<5x8xf32>) reversed(%r : tensor<5x8xf32>)
    skip(%skip : tensor<8xf32>) pre(%pre : tensor<8x8xf32>) post(%post : tensor<8x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

// the reversed kernel, after which the convolution is causal,
// CHECK-LABEL: @reversed
// CHECK-NEXT: h3.long_conv form<fft> ins(%arg0, %arg1 : tensor<8x8xf32>, tensor<5x8xf32>) skip(%arg2 : tensor<8xf32>) pre(%arg3 : tensor<8x8xf32>) post(%arg4 : tensor<8x8xf32>) batch(%arg5 : tensor<?xi32>) outs(%arg0 : tensor<8x8xf32>) -> tensor<8x8xf32>{{$}}
// CHECK-NEXT: return
func.func @reversed(%u: tensor<8x8xf32>, %k: tensor<5x8xf32>, %skip: tensor<8xf32>, %pre: tensor<8x8xf32>, %post: tensor<8x8xf32>,
                    %starts: tensor<?xi32>) -> tensor<8x8xf32> {
  %reversed = arith.constant dense<0.0> : tensor<5x8xf32>
  %0 = h3.long_conv form<fft> ins(%u, %k : tensor<8x8xf32>, tensor<5x8xf32>) reversed(%reversed : tensor<5x8xf32>)
    skip(%skip : tensor<8xf32>) pre(%pre : tensor<8x8xf32>) post(%post : tensor<8x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<8x8xf32>) -> tensor<8x8xf32>
  return %0 : tensor<8x8xf32>
}

// -----

// the gate before,
// CHECK-LABEL: @pre
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<5x8xf32>) reversed(%arg2 : tensor<5x8xf32>) skip(%arg3 : tensor<8xf32>) post(%arg4 : tensor<16x8xf32>) batch(%arg5 : tensor<?xi32>) outs(%arg0 : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: return
func.func @pre(%u: tensor<16x8xf32>, %k: tensor<5x8xf32>, %r: tensor<5x8xf32>, %skip: tensor<8xf32>, %post: tensor<16x8xf32>,
               %starts: tensor<?xi32>) -> tensor<16x8xf32> {
  %ones = arith.constant dense<1.0> : tensor<16x8xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<16x8xf32>, tensor<5x8xf32>) reversed(%r : tensor<5x8xf32>)
    skip(%skip : tensor<8xf32>) pre(%ones : tensor<16x8xf32>) post(%post : tensor<16x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// -----

// and the gate behind, also of a spectrum in two directions. Ones that are cast to
// a dynamic number of rows are ones.
// CHECK-LABEL: @post
// CHECK-NEXT: %[[A:.*]] = h3.long_conv {two_sided} ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<1x64x2x8xf32>) skip(%arg2 : tensor<8xf32>) pre(%arg3 : tensor<16x8xf32>) batch(%arg4 : tensor<?xi32>) outs(%arg0 : tensor<16x8xf32>) -> tensor<16x8xf32>{{$}}
// CHECK-NEXT: %[[B:.*]] = h3.long_conv ins(%arg5, %arg1 : tensor<?x8xf32>, tensor<1x64x2x8xf32>) batch(%arg4 : tensor<?xi32>) outs(%arg5 : tensor<?x8xf32>) -> tensor<?x8xf32>{{$}}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @post(%u: tensor<16x8xf32>, %s: tensor<1x64x2x8xf32>, %skip: tensor<8xf32>, %pre: tensor<16x8xf32>,
                %starts: tensor<?xi32>, %v: tensor<?x8xf32>) -> (tensor<16x8xf32>, tensor<?x8xf32>) {
  %ones = arith.constant dense<1.0> : tensor<16x8xf32>
  %0 = h3.long_conv {two_sided} ins(%u, %s : tensor<16x8xf32>, tensor<1x64x2x8xf32>)
    skip(%skip : tensor<8xf32>) pre(%pre : tensor<16x8xf32>) post(%ones : tensor<16x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<16x8xf32>) -> tensor<16x8xf32>
  %dynamic = tensor.cast %ones : tensor<16x8xf32> to tensor<?x8xf32>
  %1 = h3.long_conv ins(%v, %s : tensor<?x8xf32>, tensor<1x64x2x8xf32>) post(%dynamic : tensor<?x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%v : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0, %1 : tensor<16x8xf32>, tensor<?x8xf32>
}

// -----

// A negative zero is a zero.
// CHECK-LABEL: @negative_zero
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : tensor<16x8xf32>, tensor<5x8xf32>) batch(%arg2 : tensor<?xi32>) outs(%arg0 :
// CHECK-NEXT: return
func.func @negative_zero(%u: tensor<16x8xf32>, %k: tensor<5x8xf32>, %starts: tensor<?xi32>) -> tensor<16x8xf32> {
  %skip = arith.constant dense<-0.0> : tensor<8xf32>
  %reversed = arith.constant dense<-0.0> : tensor<5x8xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<16x8xf32>, tensor<5x8xf32>) reversed(%reversed : tensor<5x8xf32>) skip(%skip : tensor<8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<16x8xf32>) -> tensor<16x8xf32>
  return %0 : tensor<16x8xf32>
}

// -----

// What counts stays, if in one channel or at one row only: zeros in the place of
// ones, ones in the place of zeros, a single value that differs, and NaN. A causal
// kernel of zeros is no less of a kernel.
// CHECK-LABEL: @counts
// CHECK-DAG: %[[ZEROS:.*]] = arith.constant dense<0.000000e+00> : tensor<2x2xf32>
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : tensor<2x2xf32>
// CHECK-DAG: %[[ONE:.*]] = arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[SKIP:.*]] = arith.constant dense<[0.000000e+00, 5.000000e-01]> : tensor<2xf32>
// CHECK-DAG: %[[LAST:.*]] = arith.constant dense<{{\[\[}}0.000000e+00, 0.000000e+00], [0.000000e+00, 1.000000e-30]]> : tensor<2x2xf32>
// CHECK-DAG: %[[GATE:.*]] = arith.constant dense<{{\[\[}}1.000000e+00, 1.000000e+00], [1.000000e+00, 2.000000e+00]]> : tensor<2x2xf32>
// CHECK-DAG: %[[NAN:.*]] = arith.constant dense<0x7FC00000> : tensor<2xf32>
// CHECK: h3.long_conv ins(%arg0, %[[ZEROS]] : {{.*}}) reversed(%[[ONES]] : tensor<2x2xf32>) skip(%[[ONE]] : tensor<2xf32>) pre(%[[ZEROS]] : tensor<2x2xf32>) post(%[[ZEROS]] : tensor<2x2xf32>) batch
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : {{.*}}) reversed(%[[LAST]] : tensor<2x2xf32>) skip(%[[SKIP]] : tensor<2xf32>) pre(%[[GATE]] : tensor<2x2xf32>) post(%[[GATE]] : tensor<2x2xf32>) batch
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : {{.*}}) skip(%[[NAN]] : tensor<2xf32>) batch
// CHECK-NEXT: return
func.func @counts(%u: tensor<2x2xf32>, %k: tensor<2x2xf32>, %starts: tensor<?xi32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<2x2xf32>
  %ones = arith.constant dense<1.0> : tensor<2x2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %skip = arith.constant dense<[0.0, 0.5]> : tensor<2xf32>
  %last = arith.constant dense<[[0.0, 0.0], [0.0, 1.0e-30]]> : tensor<2x2xf32>
  %gate = arith.constant dense<[[1.0, 1.0], [1.0, 2.0]]> : tensor<2x2xf32>
  %nan = arith.constant dense<0x7FC00000> : tensor<2xf32>
  %0 = h3.long_conv ins(%u, %zeros : tensor<2x2xf32>, tensor<2x2xf32>) reversed(%ones : tensor<2x2xf32>)
    skip(%one : tensor<2xf32>) pre(%zeros : tensor<2x2xf32>) post(%zeros : tensor<2x2xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = h3.long_conv ins(%u, %k : tensor<2x2xf32>, tensor<2x2xf32>) reversed(%last : tensor<2x2xf32>)
    skip(%skip : tensor<2xf32>) pre(%gate : tensor<2x2xf32>) post(%gate : tensor<2x2xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = h3.long_conv ins(%u, %k : tensor<2x2xf32>, tensor<2x2xf32>) skip(%nan : tensor<2xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// What nobody knows stays: arguments and parameters.
// CHECK-LABEL: @unknown
// CHECK-NEXT: %[[D:.*]] = h3.get_parameter @d
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : {{.*}}) reversed(%arg2 : tensor<5x8xf32>) skip(%[[D]] : tensor<8xf32>) pre(%arg3 : tensor<?x8xf32>) post(%arg4 : tensor<?x8xf32>) batch
// CHECK-NEXT: return
h3.parameter @d : tensor<8xf32> from ["d"]
func.func @unknown(%u: tensor<?x8xf32>, %k: tensor<5x8xf32>, %r: tensor<5x8xf32>, %pre: tensor<?x8xf32>, %post: tensor<?x8xf32>,
                   %starts: tensor<?xi32>) -> tensor<?x8xf32> {
  %d = h3.get_parameter @d : tensor<8xf32>
  %0 = h3.long_conv ins(%u, %k : tensor<?x8xf32>, tensor<5x8xf32>) reversed(%r : tensor<5x8xf32>)
    skip(%d : tensor<8xf32>) pre(%pre : tensor<?x8xf32>) post(%post : tensor<?x8xf32>)
    batch(%starts : tensor<?xi32>) outs(%u : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %0 : tensor<?x8xf32>
}

// -----

// A memref holds what was written last: nothing is known of it, not even of a
// constant global behind it.
// CHECK-LABEL: @memrefs
// CHECK: %[[ZERO:.*]] = memref.get_global @zero
// CHECK-NEXT: %[[ONES:.*]] = memref.get_global @ones
// CHECK-NEXT: h3.long_conv ins(%arg0, %arg1 : {{.*}}) skip(%[[ZERO]] : memref<8xf32>) pre(%[[ONES]] : memref<16x8xf32>) post(%[[ONES]] : memref<16x8xf32>) batch
// CHECK-NEXT: h3.linear ins(%arg0, %arg4 : {{.*}}) bias(%[[ZERO]] : memref<8xf32>) outs
// CHECK-NEXT: return
memref.global "private" constant @zero : memref<8xf32> = dense<0.0>
memref.global "private" constant @ones : memref<16x8xf32> = dense<1.0>
func.func @memrefs(%u: memref<16x8xf32>, %k: memref<5x8xf32>, %starts: memref<?xi32>, %y: memref<16x8xf32>, %w: memref<8x8xf32>) {
  %zero = memref.get_global @zero : memref<8xf32>
  %ones = memref.get_global @ones : memref<16x8xf32>
  h3.long_conv ins(%u, %k : memref<16x8xf32>, memref<5x8xf32>) skip(%zero : memref<8xf32>)
    pre(%ones : memref<16x8xf32>) post(%ones : memref<16x8xf32>)
    batch(%starts : memref<?xi32>) outs(%y : memref<16x8xf32>)
  h3.linear ins(%u, %w : memref<16x8xf32>, memref<8x8xf32>) bias(%zero : memref<8xf32>) outs(%y : memref<16x8xf32>)
  return
}

// -----

// A dense layer loses a bias of zeros, whatever else its epilogue does and however
// its weight is packed.
// CHECK-LABEL: @linear
// CHECK-NEXT: %[[A:.*]] = h3.linear ins(%arg0, %arg1 : tensor<?x8xf32>, tensor<16x8xf32>) outs(%arg3 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[B:.*]] = h3.linear {gelu} ins(%arg0, %arg1 : tensor<?x8xf32>, tensor<16x8xf32>) outs(%arg3 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: %[[C:.*]] = h3.linear {accumulate, gelu} ins(%arg0, %arg2 : tensor<?x8xf32>, tensor<1x8x16xf32>) outs(%arg3 : tensor<?x16xf32>) -> tensor<?x16xf32>{{$}}
// CHECK-NEXT: return %[[A]], %[[B]], %[[C]]
func.func @linear(%x: tensor<?x8xf32>, %w: tensor<16x8xf32>, %packed: tensor<1x8x16xf32>, %init: tensor<?x16xf32>)
    -> (tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>) {
  %zeros = arith.constant dense<0.0> : tensor<16xf32>
  %0 = h3.linear ins(%x, %w : tensor<?x8xf32>, tensor<16x8xf32>) bias(%zeros : tensor<16xf32>)
    outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %1 = h3.linear {gelu} ins(%x, %w : tensor<?x8xf32>, tensor<16x8xf32>) bias(%zeros : tensor<16xf32>)
    outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  %2 = h3.linear {gelu, accumulate} ins(%x, %packed : tensor<?x8xf32>, tensor<1x8x16xf32>) bias(%zeros : tensor<16xf32>)
    outs(%init : tensor<?x16xf32>) -> tensor<?x16xf32>
  return %0, %1, %2 : tensor<?x16xf32>, tensor<?x16xf32>, tensor<?x16xf32>
}

// -----

// It keeps ones, zeros but for one feature, and what it does not know. A weight of
// zeros stays.
// CHECK-LABEL: @biased
// CHECK-DAG: %[[ONES:.*]] = arith.constant dense<1.000000e+00> : tensor<2xf32>
// CHECK-DAG: %[[LAST:.*]] = arith.constant dense<[0.000000e+00, 1.000000e-30]> : tensor<2xf32>
// CHECK-DAG: %[[W:.*]] = arith.constant dense<0.000000e+00> : tensor<2x8xf32>
// CHECK: h3.linear ins(%arg0, %arg1 : {{.*}}) bias(%[[ONES]] : tensor<2xf32>) outs
// CHECK-NEXT: h3.linear ins(%arg0, %arg1 : {{.*}}) bias(%[[LAST]] : tensor<2xf32>) outs
// CHECK-NEXT: h3.linear ins(%arg0, %[[W]] : {{.*}}) bias(%arg2 : tensor<2xf32>) outs
// CHECK-NEXT: return
func.func @biased(%x: tensor<?x8xf32>, %w: tensor<2x8xf32>, %b: tensor<2xf32>, %init: tensor<?x2xf32>)
    -> (tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>) {
  %ones = arith.constant dense<1.0> : tensor<2xf32>
  %last = arith.constant dense<[0.0, 1.0e-30]> : tensor<2xf32>
  %zeros = arith.constant dense<0.0> : tensor<2x8xf32>
  %0 = h3.linear ins(%x, %w : tensor<?x8xf32>, tensor<2x8xf32>) bias(%ones : tensor<2xf32>) outs(%init : tensor<?x2xf32>) -> tensor<?x2xf32>
  %1 = h3.linear ins(%x, %w : tensor<?x8xf32>, tensor<2x8xf32>) bias(%last : tensor<2xf32>) outs(%init : tensor<?x2xf32>) -> tensor<?x2xf32>
  %2 = h3.linear ins(%x, %zeros : tensor<?x8xf32>, tensor<2x8xf32>) bias(%b : tensor<2xf32>) outs(%init : tensor<?x2xf32>) -> tensor<?x2xf32>
  return %0, %1, %2 : tensor<?x2xf32>, tensor<?x2xf32>, tensor<?x2xf32>
}
