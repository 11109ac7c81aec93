// RUN: h3-opt %s --h3-quantize-weights='type=bf16 columns=4' | FileCheck %s --check-prefixes=CHECK,BF16
// RUN: h3-opt %s --h3-quantize-weights='type=int8 columns=4' | FileCheck %s --check-prefixes=CHECK,INT8
// RUN: h3-opt %s --h3-quantize-weights='type=int4 columns=4' | FileCheck %s --check-prefixes=CHECK,INT4
// RUN: h3-opt %s --h3-quantize-weights='type=int8 columns=1' | FileCheck %s --check-prefix=ANY
// RUN: h3-opt %s --h3-quantize-weights='type=int4 columns=4' --remarks-filter='h3-.*' --remark-format=emitRemark 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: not h3-opt %s --h3-quantize-weights=columns=0 2>&1 | FileCheck %s --check-prefix=POSITIVE
// RUN: not h3-opt %s --h3-quantize-weights='type=f32 columns=-4' 2>&1 | FileCheck %s --check-prefix=NEGATIVE

// POSITIVE: error: h3-quantize-weights expects positive columns, found 0
// NEGATIVE: error: h3-quantize-weights expects positive columns, found -4

// A weight and a table whose 30 columns are no multiple of 4 stay as they are,
// which is said once for each; 36 columns are no groups, but whole fours.
// REMARK: columns.mlir:[[#@LINE+23]]:{{.*}}Category:h3-quantize-weights {{.*}}the weight stays in single precision: its 30 columns are no multiple of 4"
// REMARK: columns.mlir:[[#@LINE+23]]:{{.*}}the weight is int8: its 36 columns are no groups of 32"
// REMARK: columns.mlir:[[#@LINE+23]]:{{.*}}the weight stays in single precision: its 30 columns are no multiple of 4"
// REMARK-NOT: columns are no

// CHECK-LABEL: @dense(
// CHECK: %[[T:.*]] = h3.get_parameter @table
// CHECK: %[[O:.*]] = h3.get_parameter @odd
// CHECK: h3.embedding ins(%arg0, %[[T]] : tensor<?xi32>, tensor<500x30xf32>) outs(
// BF16: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x36xf32>, tensor<24x36xbf16>) outs(
// INT8: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x36xf32>, tensor<24x36xi8>) scales(%{{.*}} : tensor<24xf32>) outs(
// INT4: h3.linear ins(%{{.*}}, %{{.*}} : tensor<?x36xf32>, tensor<24x36xi8>) scales(%{{.*}} : tensor<24xf32>) outs(
// CHECK: h3.linear ins(%{{.*}}, %[[O]] : tensor<?x30xf32>, tensor<24x30xf32>) outs(
// ANY-LABEL: @dense(
// ANY: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<500x30xi8>) scales(
// ANY: h3.linear ins({{.*}} : tensor<?x30xf32>, tensor<24x30xi8>) scales(
h3.parameter @table : tensor<500x30xf32> from ["table"]
h3.parameter @even : tensor<24x36xf32> from ["even"]
h3.parameter @odd : tensor<24x30xf32> from ["odd"]
func.func @dense(%ids: tensor<?xi32>, %e: tensor<?x30xf32>, %x: tensor<?x36xf32>, %y: tensor<?x24xf32>) -> (tensor<?x24xf32>, tensor<?x24xf32>) {
  %table = h3.get_parameter @table : tensor<500x30xf32>
  %even = h3.get_parameter @even : tensor<24x36xf32>
  %odd = h3.get_parameter @odd : tensor<24x30xf32>
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x30xf32>) outs(%e : tensor<?x30xf32>) -> tensor<?x30xf32>
  %1 = h3.linear ins(%x, %even : tensor<?x36xf32>, tensor<24x36xf32>) outs(%y : tensor<?x24xf32>) -> tensor<?x24xf32>
  %2 = h3.linear ins(%0, %odd : tensor<?x30xf32>, tensor<24x30xf32>) outs(%y : tensor<?x24xf32>) -> tensor<?x24xf32>
  return %1, %2 : tensor<?x24xf32>, tensor<?x24xf32>
}
