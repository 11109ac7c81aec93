// RUN: h3-opt %s --h3-approximate-math | FileCheck %s

// CHECK-LABEL: @approximated
// CHECK-NOT: math.exp
// CHECK-NOT: math.tanh
// CHECK: math.fma {{.*}} : vector<8xf32>
// CHECK-NOT: math.exp
// CHECK-NOT: math.tanh
// CHECK: return
func.func @approximated(%x: vector<8xf32>, %y: f32) -> (vector<8xf32>, vector<8xf32>, f32, f32) {
  %0 = math.exp %x : vector<8xf32>
  %1 = math.tanh %x : vector<8xf32>
  %2 = math.exp %y : f32
  %3 = math.tanh %y : f32
  return %0, %1, %2, %3 : vector<8xf32>, vector<8xf32>, f32, f32
}

// Other functions have an instruction or need the accuracy of the library: the
// angles of rotary embeddings are large.
// CHECK-LABEL: @untouched
// CHECK-NEXT: math.exp %{{.*}} : vector<8xf64>
// CHECK-NEXT: math.sin %{{.*}} : f32
// CHECK-NEXT: math.cos %{{.*}} : f32
// CHECK-NEXT: math.sqrt %{{.*}} : f32
// CHECK-NEXT: math.log %{{.*}} : vector<8xf32>
// CHECK-NEXT: return
func.func @untouched(%x: vector<8xf32>, %y: f32, %z: vector<8xf64>) -> (vector<8xf64>, f32, f32, f32, vector<8xf32>) {
  %0 = math.exp %z : vector<8xf64>
  %1 = math.sin %y : f32
  %2 = math.cos %y : f32
  %3 = math.sqrt %y : f32
  %4 = math.log %x : vector<8xf32>
  return %0, %1, %2, %3, %4 : vector<8xf64>, f32, f32, f32, vector<8xf32>
}
