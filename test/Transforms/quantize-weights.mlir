// RUN: h3-opt %s --h3-quantize-weights | FileCheck %s --check-prefixes=BF16,LEFT
// RUN: h3-opt %s --h3-quantize-weights=type=f16 | FileCheck %s --check-prefixes=F16,LEFT
// RUN: h3-opt %s --h3-quantize-weights=type=int8 | FileCheck %s --check-prefixes=INT8,LEFT
// RUN: h3-opt %s --h3-quantize-weights=type=int4 | FileCheck %s --check-prefixes=INT4,LEFT
// RUN: h3-opt %s -o %t.expected
// RUN: h3-opt %s --h3-quantize-weights=type=f32 | diff - %t.expected
// RUN: h3-opt %s --h3-quantize-weights=type=int4 --remarks-filter='h3-.*' --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: not h3-opt %s --h3-quantize-weights=type=int2 2>&1 | FileCheck %s --check-prefix=UNKNOWN

// UNKNOWN: error: h3-quantize-weights expects the type f32, bf16, f16, int8 or int4, found 'int2'

// Norms and biases stay in single precision. 24 columns are no groups of 32, so
// that weight has 8 bits in place of 4.
// REMARK-NOT: the weight is int8
// REMARK: quantize-weights.mlir:[[#]]:{{.*}}Category:h3-quantize-weights {{.*}}the weight is int8: its 24 columns are no groups of 32
// REMARK-NOT: the weight is int8

// BF16-LABEL: @dense(
// BF16-DAG: %[[TABLE:.*]] = h3.get_parameter @table
// BF16-DAG: %[[W:.*]] = h3.get_parameter @w
// BF16-DAG: %[[ODD:.*]] = h3.get_parameter @odd
// BF16-DAG: %[[B:.*]] = h3.get_parameter @b
// BF16-DAG: %[[G:.*]] = h3.get_parameter @g
// BF16: %[[HT:.*]] = h3.round_weight %[[TABLE]] : tensor<500x64xf32> -> tensor<500x64xbf16>
// BF16-NEXT: h3.embedding ins(%arg0, %[[HT]] : tensor<?xi32>, tensor<500x64xbf16>) outs(
// BF16-NEXT: h3.layer_norm {{.*}} ins(%{{.*}}, %[[G]], %[[G]] :
// BF16-NEXT: %[[HW:.*]] = h3.round_weight %[[W]] : tensor<24x64xf32> -> tensor<24x64xbf16>
// BF16-NEXT: h3.linear {gelu} ins(%{{.*}}, %[[HW]] : tensor<?x64xf32>, tensor<24x64xbf16>) bias(%[[B]] : tensor<24xf32>)
// BF16-NEXT: %[[HO:.*]] = h3.round_weight %[[ODD]] : tensor<8x24xf32> -> tensor<8x24xbf16>
// BF16-NEXT: h3.linear {accumulate} ins(%{{.*}}, %[[HO]] : tensor<?x24xf32>, tensor<8x24xbf16>) outs(

// F16-LABEL: @dense(
// F16-DAG: %[[TABLE:.*]] = h3.get_parameter @table
// F16-DAG: %[[W:.*]] = h3.get_parameter @w
// F16-DAG: %[[ODD:.*]] = h3.get_parameter @odd
// F16-DAG: %[[B:.*]] = h3.get_parameter @b
// F16-DAG: %[[G:.*]] = h3.get_parameter @g
// F16: %[[HT:.*]] = h3.round_weight %[[TABLE]] : tensor<500x64xf32> -> tensor<500x64xf16>
// F16-NEXT: h3.embedding ins(%arg0, %[[HT]] : tensor<?xi32>, tensor<500x64xf16>) outs(
// F16-NEXT: h3.layer_norm {{.*}} ins(%{{.*}}, %[[G]], %[[G]] :
// F16-NEXT: %[[HW:.*]] = h3.round_weight %[[W]] : tensor<24x64xf32> -> tensor<24x64xf16>
// F16-NEXT: h3.linear {gelu} ins(%{{.*}}, %[[HW]] : tensor<?x64xf32>, tensor<24x64xf16>) bias(%[[B]] : tensor<24xf32>)
// F16-NEXT: %[[HO:.*]] = h3.round_weight %[[ODD]] : tensor<8x24xf32> -> tensor<8x24xf16>
// F16-NEXT: h3.linear {accumulate} ins(%{{.*}}, %[[HO]] : tensor<?x24xf32>, tensor<8x24xf16>) outs(

// INT8-LABEL: @dense(
// INT8-DAG: %[[TABLE:.*]] = h3.get_parameter @table
// INT8-DAG: %[[W:.*]] = h3.get_parameter @w
// INT8-DAG: %[[ODD:.*]] = h3.get_parameter @odd
// INT8-DAG: %[[B:.*]] = h3.get_parameter @b
// INT8-DAG: %[[G:.*]] = h3.get_parameter @g
// INT8: %[[ST:.*]] = h3.quantize_scales %[[TABLE]] : tensor<500x64xf32> -> tensor<500xf32>
// INT8-NEXT: %[[QT:.*]] = h3.quantize %[[TABLE]], %[[ST]] : tensor<500x64xf32>, tensor<500xf32> -> tensor<500x64xi8>
// INT8-NEXT: h3.embedding ins(%arg0, %[[QT]] : tensor<?xi32>, tensor<500x64xi8>) scales(%[[ST]] : tensor<500xf32>) outs(
// INT8-NEXT: h3.layer_norm {{.*}} ins(%{{.*}}, %[[G]], %[[G]] :
// INT8-NEXT: %[[SW:.*]] = h3.quantize_scales %[[W]] : tensor<24x64xf32> -> tensor<24xf32>
// INT8-NEXT: %[[QW:.*]] = h3.quantize %[[W]], %[[SW]] : tensor<24x64xf32>, tensor<24xf32> -> tensor<24x64xi8>
// INT8-NEXT: h3.linear {gelu} ins(%{{.*}}, %[[QW]] : tensor<?x64xf32>, tensor<24x64xi8>) scales(%[[SW]] : tensor<24xf32>) bias(%[[B]] : tensor<24xf32>)
// INT8-NEXT: %[[SO:.*]] = h3.quantize_scales %[[ODD]] : tensor<8x24xf32> -> tensor<8xf32>
// INT8-NEXT: %[[QO:.*]] = h3.quantize %[[ODD]], %[[SO]] : tensor<8x24xf32>, tensor<8xf32> -> tensor<8x24xi8>
// INT8-NEXT: h3.linear {accumulate} ins(%{{.*}}, %[[QO]] : tensor<?x24xf32>, tensor<8x24xi8>) scales(%[[SO]] : tensor<8xf32>) outs(

// INT4-LABEL: @dense(
// INT4-DAG: %[[TABLE:.*]] = h3.get_parameter @table
// INT4-DAG: %[[W:.*]] = h3.get_parameter @w
// INT4-DAG: %[[ODD:.*]] = h3.get_parameter @odd
// INT4-DAG: %[[B:.*]] = h3.get_parameter @b
// INT4-DAG: %[[G:.*]] = h3.get_parameter @g
// INT4: %[[ST:.*]] = h3.quantize_scales %[[TABLE]] : tensor<500x64xf32> -> tensor<500x2xf16>
// INT4-NEXT: %[[QT:.*]] = h3.quantize %[[TABLE]], %[[ST]] : tensor<500x64xf32>, tensor<500x2xf16> -> tensor<500x32xi8>
// INT4-NEXT: h3.embedding ins(%arg0, %[[QT]] : tensor<?xi32>, tensor<500x32xi8>) scales(%[[ST]] : tensor<500x2xf16>) outs(
// INT4-NEXT: h3.layer_norm {{.*}} ins(%{{.*}}, %[[G]], %[[G]] :
// INT4-NEXT: %[[SW:.*]] = h3.quantize_scales %[[W]] : tensor<24x64xf32> -> tensor<24x2xf16>
// INT4-NEXT: %[[QW:.*]] = h3.quantize %[[W]], %[[SW]] : tensor<24x64xf32>, tensor<24x2xf16> -> tensor<24x32xi8>
// INT4-NEXT: h3.linear {gelu} ins(%{{.*}}, %[[QW]] : tensor<?x64xf32>, tensor<24x32xi8>) scales(%[[SW]] : tensor<24x2xf16>) bias(%[[B]] : tensor<24xf32>)
// INT4-NEXT: %[[SO:.*]] = h3.quantize_scales %[[ODD]] : tensor<8x24xf32> -> tensor<8xf32>
// INT4-NEXT: %[[QO:.*]] = h3.quantize %[[ODD]], %[[SO]] : tensor<8x24xf32>, tensor<8xf32> -> tensor<8x24xi8>
// INT4-NEXT: h3.linear {accumulate} ins(%{{.*}}, %[[QO]] : tensor<?x24xf32>, tensor<8x24xi8>) scales(%[[SO]] : tensor<8xf32>) outs(
h3.parameter @table : tensor<500x64xf32> from ["table"]
h3.parameter @w : tensor<24x64xf32> from ["w"]
h3.parameter @odd : tensor<8x24xf32> from ["odd"]
h3.parameter @b : tensor<24xf32> from ["b"]
h3.parameter @g : tensor<64xf32> from ["g"]
func.func @dense(%ids: tensor<?xi32>, %x: tensor<?x64xf32>, %y: tensor<?x24xf32>, %z: tensor<?x8xf32>) -> tensor<?x8xf32> {
  %table = h3.get_parameter @table : tensor<500x64xf32>
  %w = h3.get_parameter @w : tensor<24x64xf32>
  %odd = h3.get_parameter @odd : tensor<8x24xf32>
  %b = h3.get_parameter @b : tensor<24xf32>
  %g = h3.get_parameter @g : tensor<64xf32>
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.layer_norm {epsilon = 1.0 : f32} ins(%0, %g, %g : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %2 = h3.linear {gelu} ins(%1, %w : tensor<?x64xf32>, tensor<24x64xf32>) bias(%b : tensor<24xf32>) outs(%y : tensor<?x24xf32>) -> tensor<?x24xf32>
  %3 = h3.linear {accumulate} ins(%2, %odd : tensor<?x24xf32>, tensor<8x24xf32>) outs(%z : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %3 : tensor<?x8xf32>
}

// What has a type already, is no function of weights or is in panels stays, and
// so does what is on memrefs.
// LEFT-LABEL: @left(
// LEFT: %[[H:.*]] = h3.round_weight %{{.*}} : tensor<64x64xf32> -> tensor<64x64xf16>
// LEFT-NEXT: %[[P:.*]] = h3.pack_panels
// LEFT-NEXT: %[[S:.*]] = h3.quantize_scales %{{.*}} -> tensor<64xf32>
// LEFT-NEXT: %[[Q:.*]] = h3.quantize %{{.*}} -> tensor<64x64xi8>
// LEFT-NEXT: h3.linear ins(%{{.*}}, %[[H]] :
// LEFT-NEXT: h3.linear ins(%{{.*}}, %[[P]] :
// LEFT-NEXT: h3.linear ins(%{{.*}}, %[[Q]] : {{.*}}) scales(%[[S]] :
// LEFT-NEXT: h3.linear ins(%{{.*}}, %arg1 :
// LEFT-NEXT: h3.embedding ins(%arg2, %arg1 :
// LEFT-NEXT: return
// LEFT-LABEL: @memrefs(
// LEFT-NEXT: h3.embedding
// LEFT-NEXT: h3.linear
// LEFT-NEXT: return
h3.parameter @square : tensor<64x64xf32> from ["square"]
func.func @left(%x: tensor<?x64xf32>, %own: tensor<64x64xf32>, %ids: tensor<?xi32>) -> tensor<?x64xf32> {
  %w = h3.get_parameter @square : tensor<64x64xf32>
  %h = h3.round_weight %w : tensor<64x64xf32> -> tensor<64x64xf16>
  %p = h3.pack_panels %w : tensor<64x64xf32> -> tensor<4x64x16xf32>
  %s = h3.quantize_scales %w : tensor<64x64xf32> -> tensor<64xf32>
  %q = h3.quantize %w, %s : tensor<64x64xf32>, tensor<64xf32> -> tensor<64x64xi8>
  %0 = h3.linear ins(%x, %h : tensor<?x64xf32>, tensor<64x64xf16>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %1 = h3.linear ins(%0, %p : tensor<?x64xf32>, tensor<4x64x16xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %2 = h3.linear ins(%1, %q : tensor<?x64xf32>, tensor<64x64xi8>) scales(%s : tensor<64xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %3 = h3.linear ins(%2, %own : tensor<?x64xf32>, tensor<64x64xf32>) outs(%x : tensor<?x64xf32>) -> tensor<?x64xf32>
  %4 = h3.embedding ins(%ids, %own : tensor<?xi32>, tensor<64x64xf32>) outs(%3 : tensor<?x64xf32>) -> tensor<?x64xf32>
  return %4 : tensor<?x64xf32>
}
func.func @memrefs(%ids: memref<?xi32>, %x: memref<?x64xf32>, %w: memref<64x64xf32>, %y: memref<?x64xf32>) {
  h3.embedding ins(%ids, %w : memref<?xi32>, memref<64x64xf32>) outs(%x : memref<?x64xf32>)
  h3.linear ins(%x, %w : memref<?x64xf32>, memref<64x64xf32>) outs(%y : memref<?x64xf32>)
  return
}
