// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=bf16' | FileCheck %s --check-prefix=BF16
// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=bf16 dots=bf16,i16' | FileCheck %s --check-prefix=BF16-DOTS
// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=int8 dots=i16' | FileCheck %s --check-prefix=INT8
// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=int8 dots=i16,i8' | FileCheck %s --check-prefix=INT8-DOTS
// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=int4 dots=i16' | FileCheck %s --check-prefix=INT4
// RUN: h3-opt %s --h3-parameter-pipeline='weight-type=int8 dots=i8' --h3-buffer-pipeline | FileCheck %s --check-prefix=BUFFER
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=bf16' | FileCheck %s --check-prefix=LLVM --implicit-check-not=llvm.x86
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=bf16 dots=bf16' | FileCheck %s --check-prefixes=LLVM,HALVES
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int8' | FileCheck %s --check-prefix=LLVM --implicit-check-not=llvm.x86
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int8 dots=i16' | FileCheck %s --check-prefixes=LLVM,PAIRS
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int8 dots=i8' | FileCheck %s --check-prefixes=LLVM,FOURS
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int4' | FileCheck %s --check-prefix=LLVM --implicit-check-not=llvm.x86
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int4 dots=i16' | FileCheck %s --check-prefixes=LLVM,NIBBLES
// RUN: h3-opt %s --h3-cpu-pipeline='weight-type=int4 dots=i8 lanes=16 tile-rows=3' | FileCheck %s --check-prefixes=LLVM,WIDE
// Two projections and a tied head with weights of every type, through every
// stage. The projections are one layer; what a weight is packed from is in its
// recipe, and the table is the head's.

// BF16: h3.parameter @[[HEAD:w[a-z_.]*]] : tensor<7x16x16x2xbf16> from ["w"]
// BF16: h3.parameter @[[QK:q[a-z_.]*]] : tensor<4x16x16x2xbf16> from ["q", "k"]
// BF16: h3.concat_rows
// BF16: h3.round_weight
// BF16: h3.pack_panels
// BF16-NOT: h3.parameter
// BF16: %[[TABLE:.*]] = h3.get_parameter @[[HEAD]] :
// BF16: h3.embedding ins(%arg0, %[[TABLE]] : tensor<?xi32>, tensor<7x16x16x2xbf16>)
// BF16: h3.get_parameter @[[QK]] :
// BF16: h3.linear ins({{.*}} : tensor<?x32xf32>, tensor<4x16x16x2xbf16>) outs({{.*}} : tensor<?x64xf32>)
// BF16: h3.get_parameter @[[HEAD]] :
// BF16: h3.linear ins({{.*}} : tensor<?x32xf32>, tensor<7x16x16x2xbf16>) outs({{.*}} : tensor<?x100xf32>)

// BF16-DOTS: h3.round_rows
// BF16-DOTS: h3.linear ins({{.*}} : tensor<?x32xbf16>, tensor<4x16x16x2xbf16>)
// BF16-DOTS: h3.round_rows
// BF16-DOTS: h3.linear ins({{.*}} : tensor<?x32xbf16>, tensor<7x16x16x2xbf16>)

// INT8: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<7x16x16x2xi8>) scales(%{{.*}} : tensor<100xf32>)
// INT8: h3.quantize_rows ins({{.*}}) outs({{.*}} : tensor<?x32xi16>, tensor<?xf32>)
// INT8: h3.linear ins({{.*}} : tensor<?x32xi16>, tensor<4x16x16x2xi8>) scales(%{{.*}} : tensor<64xf32>) row_scales(
// INT8: h3.quantize_rows
// INT8: h3.linear ins({{.*}} : tensor<?x32xi16>, tensor<7x16x16x2xi8>) scales(%{{.*}} : tensor<100xf32>) row_scales(

// INT8-DOTS: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<7x8x16x4xui8>) scales(%{{.*}} : tensor<100xf32>)
// INT8-DOTS: h3.quantize_rows ins({{.*}}) outs({{.*}} : tensor<?x32xi8>, tensor<?xf32>, tensor<?x1xi32>)
// INT8-DOTS: h3.linear ins({{.*}} : tensor<?x32xi8>, tensor<4x8x16x4xui8>)

// INT4: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<7x4x16x4xi8>) scales(%{{.*}} : tensor<7x1x16xf16>)
// INT4: h3.quantize_rows {paired}
// INT4: h3.linear ins({{.*}} : tensor<?x32xi8>, tensor<4x4x16x4xi8>) scales(%{{.*}} : tensor<4x1x16xf16>) row_scales({{.*}}) row_sums(%{{.*}} : tensor<?x1xi32>)

// What inputs are quantised to is in the arena.
// BUFFER-NOT: memref.alloc
// BUFFER-NOT: memref.copy
// BUFFER: call @embedding
// BUFFER: call @quantize_rows
// BUFFER: call @linear
// BUFFER: call @head_contract
// BUFFER: call @gather_rows
// BUFFER: call @quantize_rows
// BUFFER: call @linear

// LLVM: llvm.func @step
// LLVM-NOT: unrealized_conversion_cast
// HALVES: "llvm.x86.avx512bf16.dpbf16ps.256"
// PAIRS: "llvm.x86.avx2.pmadd.wd"
// FOURS: "llvm.x86.avx512.vpdpbusd.256"
// NIBBLES: "llvm.x86.avx2.pmadd.ub.sw"
// NIBBLES: "llvm.x86.avx2.pmadd.wd"
// WIDE: "llvm.x86.avx512.vpdpbusd.512"

h3.parameter @w : tensor<100x32xf32> from ["w"]
h3.parameter @q : tensor<32x32xf32> from ["q"]
h3.parameter @k : tensor<32x32xf32> from ["k"]

func.func @step(%tokens: tensor<?xi32>, %seqs: tensor<?xi32>, %starts: tensor<?xi32>, %slots: tensor<?xi32>, %pos: tensor<?xi32>, %rows: tensor<?xi32>, %logits: tensor<?x100xf32> {h3.role = "logits"}) -> tensor<?x100xf32> {
  %c0 = arith.constant 0 : index
  %t = tensor.dim %tokens, %c0 : tensor<?xi32>
  %w = h3.get_parameter @w : tensor<100x32xf32>
  %q = h3.get_parameter @q : tensor<32x32xf32>
  %k = h3.get_parameter @k : tensor<32x32xf32>
  %e = tensor.empty(%t) : tensor<?x32xf32>
  %x = h3.embedding ins(%tokens, %w : tensor<?xi32>, tensor<100x32xf32>) outs(%e : tensor<?x32xf32>) -> tensor<?x32xf32>
  %e1 = tensor.empty(%t) : tensor<?x32xf32>
  %a = h3.linear ins(%x, %q : tensor<?x32xf32>, tensor<32x32xf32>) outs(%e1 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %e2 = tensor.empty(%t) : tensor<?x32xf32>
  %b = h3.linear ins(%x, %k : tensor<?x32xf32>, tensor<32x32xf32>) outs(%e2 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %e3 = tensor.empty(%t) : tensor<?x32xf32>
  %y = h3.head_contract {head_dim = 1 : i64} ins(%a, %b : tensor<?x32xf32>, tensor<?x32xf32>) outs(%e3 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %r = tensor.dim %rows, %c0 : tensor<?xi32>
  %e4 = tensor.empty(%r) : tensor<?x32xf32>
  %g = h3.gather_rows ins(%rows, %y : tensor<?xi32>, tensor<?x32xf32>) outs(%e4 : tensor<?x32xf32>) -> tensor<?x32xf32>
  %l = h3.linear ins(%g, %w : tensor<?x32xf32>, tensor<100x32xf32>) outs(%logits : tensor<?x100xf32>) -> tensor<?x100xf32>
  return %l : tensor<?x100xf32>
}
