// RUN: h3-opt %s | h3-opt | FileCheck %s
// RUN: h3-opt %s --mlir-print-op-generic | h3-opt | FileCheck %s
// Operations survive printing and parsing: on tensors, on memrefs, with their
// optional operands and without. Here the layers on rows and attention; the
// others are in ops-parameters.mlir, ops-ssm.mlir and ops-conv.mlir.

// CHECK-LABEL: @rows
func.func @rows(%ids: tensor<?xi32>, %table: tensor<500x64xf32>,
                %panels: tensor<32x64x16xf32>, %v: tensor<64xf32>,
                %init: tensor<?x64xf32>, %wide: tensor<?x250xf32>,
                %weight: tensor<250x64xf32>, %packed: tensor<16x64x16xf32>,
                %bias: tensor<250xf32>) {
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<500x64xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %0 = h3.embedding ins(%ids, %table : tensor<?xi32>, tensor<500x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.embedding ins({{.*}} : tensor<?xi32>, tensor<32x64x16xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %1 = h3.embedding ins(%ids, %panels : tensor<?xi32>, tensor<32x64x16xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.gather_rows ins({{.*}} : tensor<?xi32>, tensor<?x64xf32>) outs({{.*}}) -> tensor<?x64xf32>
  %2 = h3.gather_rows ins(%ids, %0 : tensor<?xi32>, tensor<?x64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.layer_norm {epsilon = 9.99999974E-6 : f32} ins({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %3 = h3.layer_norm {epsilon = 1.0e-5 : f32} ins(%2, %v, %v : tensor<?x64xf32>, tensor<64xf32>, tensor<64xf32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.linear ins({{[^)]*}}) outs({{.*}}) -> tensor<?x250xf32>
  %4 = h3.linear ins(%3, %weight : tensor<?x64xf32>, tensor<250x64xf32>) outs(%wide : tensor<?x250xf32>) -> tensor<?x250xf32>
  // CHECK: h3.linear {gelu} ins({{[^)]*}}tensor<16x64x16xf32>) bias(%{{.*}} : tensor<250xf32>) outs({{.*}}) -> tensor<?x250xf32>
  %5 = h3.linear {gelu} ins(%3, %packed : tensor<?x64xf32>, tensor<16x64x16xf32>) bias(%bias : tensor<250xf32>) outs(%wide : tensor<?x250xf32>) -> tensor<?x250xf32>
  // CHECK: h3.linear {accumulate} ins({{[^)]*}}) outs({{.*}}) -> tensor<?x250xf32>
  %6 = h3.linear {accumulate} ins(%3, %weight : tensor<?x64xf32>, tensor<250x64xf32>) outs(%5 : tensor<?x250xf32>) -> tensor<?x250xf32>
  return
}

// CHECK-LABEL: @rows_on_memrefs
func.func @rows_on_memrefs(%ids: memref<?xi32>, %table: memref<500x64xf32>,
                           %panels: memref<32x64x16xf32>, %v: memref<64xf32>,
                           %x: memref<?x64xf32>, %wide: memref<?x250xf32>,
                           %weight: memref<250x64xf32>, %bias: memref<250xf32>) {
  // CHECK: h3.embedding ins({{.*}} : memref<?xi32>, memref<500x64xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %table : memref<?xi32>, memref<500x64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.embedding ins({{.*}} : memref<?xi32>, memref<32x64x16xf32>) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.embedding ins(%ids, %panels : memref<?xi32>, memref<32x64x16xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.gather_rows ins({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.gather_rows ins(%ids, %x : memref<?xi32>, memref<?x64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.layer_norm {epsilon = 1.000000e+00 : f32} ins({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.layer_norm {epsilon = 1.0 : f32} ins(%x, %v, %v : memref<?x64xf32>, memref<64xf32>, memref<64xf32>) outs(%x : memref<?x64xf32>)
  // CHECK: h3.linear ins({{[^)]*}}) outs(%{{.*}} : memref<?x250xf32>){{$}}
  h3.linear ins(%x, %weight : memref<?x64xf32>, memref<250x64xf32>) outs(%wide : memref<?x250xf32>)
  // CHECK: h3.linear {accumulate, gelu} ins({{[^)]*}}) bias(%{{.*}} : memref<250xf32>) outs(%{{.*}} : memref<?x250xf32>){{$}}
  h3.linear {accumulate, gelu} ins(%x, %weight : memref<?x64xf32>, memref<250x64xf32>) bias(%bias : memref<250xf32>) outs(%wide : memref<?x250xf32>)
  return
}
// CHECK-LABEL: @attention
func.func @attention(%qkv: tensor<?x192xf32>, %i: tensor<?xi32>, %rotary: tensor<8xf32>,
                     %cache: tensor<?x2x128x64xf32>, %init: tensor<?x64xf32>) {
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x2x128x64xf32>
  %0 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%cache : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : tensor<8xf32>) batch({{.*}}) outs({{.*}}) -> tensor<?x2x128x64xf32>
  %1 = h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : tensor<?x192xf32>, tensor<?xi32>) rotary(%rotary : tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%0 : tensor<?x2x128x64xf32>) -> tensor<?x2x128x64xf32>
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %2 = h3.attention {heads = 4 : i64} ins(%qkv, %1, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : tensor<8xf32>) batch({{.*}}) outs({{.*}}) -> tensor<?x64xf32>
  %3 = h3.attention {heads = 4 : i64} ins(%qkv, %1, %i : tensor<?x192xf32>, tensor<?x2x128x64xf32>, tensor<?xi32>) rotary(%rotary : tensor<8xf32>) batch(%i, %i, %i : tensor<?xi32>, tensor<?xi32>, tensor<?xi32>) outs(%init : tensor<?x64xf32>) -> tensor<?x64xf32>
  return
}

// CHECK-LABEL: @attention_on_memrefs
func.func @attention_on_memrefs(%qkv: memref<?x192xf32>, %i: memref<?xi32>, %rotary: memref<8xf32>,
                                %cache: memref<?x2x128x64xf32>, %x: memref<?x64xf32>) {
  // CHECK: h3.cache_keys {heads = 4 : i64} ins({{[^)]*}}) batch({{.*}}) outs(%{{.*}} : memref<?x2x128x64xf32>){{$}}
  h3.cache_keys {heads = 4 : i64} ins(%qkv, %i : memref<?x192xf32>, memref<?xi32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%cache : memref<?x2x128x64xf32>)
  // CHECK: h3.attention {heads = 4 : i64} ins({{[^)]*}}) rotary(%{{.*}} : memref<8xf32>) batch({{.*}}) outs(%{{.*}} : memref<?x64xf32>){{$}}
  h3.attention {heads = 4 : i64} ins(%qkv, %cache, %i : memref<?x192xf32>, memref<?x2x128x64xf32>, memref<?xi32>) rotary(%rotary : memref<8xf32>) batch(%i, %i, %i : memref<?xi32>, memref<?xi32>, memref<?xi32>) outs(%x : memref<?x64xf32>)
  return
}
