// RUN: h3-opt %s --h3-convert-to-vector -split-input-file | FileCheck %s

// A task per row. Keys start at column C, values at 2 C; they go to the row's
// position in the cache of its sequence's slot.
// CHECK-LABEL: @cache_keys
// CHECK: scf.parallel (%[[ROW:.*]]) =
// CHECK: %[[ID:.*]] = memref.load %arg1[%[[ROW]]]
// CHECK: %[[SEQUENCE:.*]] = arith.index_cast %[[ID]]
// CHECK: memref.load %arg3[%[[SEQUENCE]]]
// CHECK: memref.load %arg4[%[[SEQUENCE]]]
// CHECK: scf.for %[[HEAD:.*]] =
// CHECK: arith.constant 16 : index
// CHECK: %[[K:.*]] = vector.load %arg0[%[[ROW]], %{{.*}}]
// CHECK: vector.store %[[K]], %arg5[%[[SLOT:.*]], %{{.*}}, %[[POSITION:.*]], %{{.*}}] : memref<?x2x128x16xf32>
// CHECK: arith.constant 32 : index
// CHECK: %[[V:.*]] = vector.load %arg0[%[[ROW]], %{{.*}}]
// CHECK: vector.store %[[V]], %arg5[%[[SLOT]], %{{.*}}, %[[POSITION]], %{{.*}}]
// CHECK-NOT: math.cos
// CHECK: return
func.func @cache_keys(%qkv: memref<?x48xf32>, %sequences: memref<?xi32>, %starts: memref<?xi32>,
                      %slots: memref<?xi32>, %positions: memref<?xi32>, %cache: memref<?x2x128x16xf32>) {
  h3.cache_keys {heads = 2 : i64} ins(%qkv, %sequences : memref<?x48xf32>, memref<?xi32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%cache : memref<?x2x128x16xf32>)
  return
}

// -----

// Keys are rotated by the angle position * frequency, values are not.
// CHECK-LABEL: @cache_keys_rotary
// CHECK: %[[REAL:.*]] = arith.sitofp
// CHECK: %[[HALF:.*]] = arith.constant 3 : index
// CHECK: scf.for %[[M:.*]] = %{{.*}} to %[[HALF]] step
// CHECK: %[[FREQUENCY:.*]] = memref.load %arg2[%[[M]]]
// CHECK: %[[ANGLE:.*]] = arith.mulf %[[REAL]], %[[FREQUENCY]] : f32
// CHECK: %[[COS:.*]] = math.cos %[[ANGLE]] : f32
// CHECK: %[[SIN:.*]] = math.sin %[[ANGLE]] : f32
// CHECK: %[[A:.*]] = memref.load %arg0
// CHECK: %[[B:.*]] = memref.load %arg0
// CHECK-DAG: %[[AC:.*]] = arith.mulf %[[A]], %[[COS]] : f32
// CHECK-DAG: %[[BS:.*]] = arith.mulf %[[B]], %[[SIN]] : f32
// CHECK: arith.subf %[[AC]], %[[BS]] : f32
// CHECK: memref.store %{{.*}}, %arg6
// CHECK-DAG: %[[AS:.*]] = arith.mulf %[[A]], %[[SIN]] : f32
// CHECK-DAG: %[[BC:.*]] = arith.mulf %[[B]], %[[COS]] : f32
// CHECK: arith.addf %[[AS]], %[[BC]] : f32
// CHECK: memref.store %{{.*}}, %arg6
// CHECK-NOT: math.cos
// CHECK: return
func.func @cache_keys_rotary(%qkv: memref<?x48xf32>, %sequences: memref<?xi32>, %rotary: memref<3xf32>, %starts: memref<?xi32>,
                             %slots: memref<?xi32>, %positions: memref<?xi32>, %cache: memref<?x2x128x16xf32>) {
  h3.cache_keys {heads = 2 : i64} ins(%qkv, %sequences : memref<?x48xf32>, memref<?xi32>) rotary(%rotary : memref<3xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%cache : memref<?x2x128x16xf32>)
  return
}

// -----

// A task per head and row, with room for its query and the weights of a block on
// the stack, outside of all loops. Blocks of positions carry the maximum and the
// sum of the softmax. Keys behind the last position are the last one's, and their
// scores do not count; the lanes of all products of a block are added at once.
// CHECK-LABEL: @attention
// CHECK-DAG: %[[QUERY:.*]] = memref.alloca() {alignment = 64 : i64} : memref<16xf32>
// CHECK-DAG: %[[ROOM:.*]] = memref.alloca() {alignment = 64 : i64} : memref<8xf32>
// CHECK: %[[HEADS:.*]] = arith.constant 2 : index
// CHECK: scf.parallel (%[[HEAD:.*]], %[[ROW:.*]]) = ({{.*}}) to (%[[HEADS]], %{{.*}}) step
// CHECK: vector.load %arg0[%[[ROW]]
// CHECK: vector.store %{{.*}}, %[[QUERY]]
// CHECK: vector.store %{{.*}}, %arg6[%[[ROW]]
// CHECK: arith.constant 0xFF800000 : f32
// CHECK: %[[SOFTMAX:.*]]:2 = scf.for {{.*}} -> (f32, f32)
// CHECK-COUNT-8: arith.minui
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>)
// CHECK-COUNT-8: vector.load %arg1
// CHECK: vector.shuffle %{{.*}} [0, 2, 4, 6, 8, 10, 12, 14] : vector<8xf32>, vector<8xf32>
// CHECK: vector.shuffle %{{.*}} [1, 3, 5, 7, 9, 11, 13, 15] : vector<8xf32>, vector<8xf32>
// CHECK-COUNT-12: vector.shuffle
// CHECK: %[[DOTS:.*]] = arith.addf
// CHECK: %[[SCALE:.*]] = arith.constant dense<2.500000e-01> : vector<8xf32>
// CHECK: %[[SCORES:.*]] = arith.mulf %[[DOTS]], %[[SCALE]]
// CHECK: %[[KNOWN:.*]] = vector.create_mask
// CHECK: %[[BLOCK:.*]] = arith.select %[[KNOWN]], %[[SCORES]]
// CHECK: %[[MAX:.*]] = vector.reduction <maximumf>, %[[BLOCK]]
// CHECK: %[[WEIGHTS:.*]] = math.exp %{{.*}} : vector<8xf32>
// CHECK: vector.store %[[WEIGHTS]], %[[ROOM]]
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>)
// CHECK: memref.load %[[ROOM]]
// CHECK-COUNT-2: vector.load %arg1
// CHECK: vector.store %{{.*}}, %arg6[%[[ROW]]
// CHECK: scf.yield %[[MAX]], %{{.*}} : f32, f32
// CHECK: arith.divf %{{.*}}, %[[SOFTMAX]]#1 : f32
// CHECK: vector.store %{{.*}}, %arg6[%[[ROW]]
func.func @attention(%qkv: memref<?x96xf32>, %cache: memref<?x2x128x32xf32>, %sequences: memref<?xi32>, %starts: memref<?xi32>,
                     %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x32xf32>) {
  h3.attention {heads = 2 : i64} ins(%qkv, %cache, %sequences : memref<?x96xf32>, memref<?x2x128x32xf32>, memref<?xi32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y : memref<?x32xf32>)
  return
}

// -----

// The query is rotated before it meets the keys.
// CHECK-LABEL: @attention_rotary
// CHECK: %[[QUERY:.*]] = memref.alloca() {alignment = 64 : i64} : memref<16xf32>
// CHECK: math.cos
// CHECK: memref.store %{{.*}}, %[[QUERY]]
// CHECK: vector.reduction <maximumf>
func.func @attention_rotary(%qkv: memref<?x96xf32>, %cache: memref<?x2x128x32xf32>, %sequences: memref<?xi32>, %rotary: memref<4xf32>,
                            %starts: memref<?xi32>, %slots: memref<?xi32>, %positions: memref<?xi32>, %y: memref<?x32xf32>) {
  h3.attention {heads = 2 : i64} ins(%qkv, %cache, %sequences : memref<?x96xf32>, memref<?x2x128x32xf32>, memref<?xi32>) rotary(%rotary : memref<4xf32>)
    batch(%starts, %slots, %positions : memref<?xi32>, memref<?xi32>, memref<?xi32>)
    outs(%y : memref<?x32xf32>)
  return
}
