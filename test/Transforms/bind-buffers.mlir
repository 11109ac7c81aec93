// RUN: h3-opt %s --h3-drop-results --h3-bind-buffers=max-tokens=100 -allow-unregistered-dialect -split-input-file -verify-diagnostics | FileCheck %s

// The runtime's logits, weights, state, cache and arena take the place of what
// has a role; a slot holds its layers' slices one after the other.
// CHECK: module attributes {h3.arena_bytes = 0 : i64, h3.cache_floats = 48 : i64, h3.padded_vocab = 4 : i64, h3.state_floats = 44 : i64}
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[ROWS:.*]]: memref<?xi32>, %[[LOGITS:.*]]: memref<?xf32>, %{{.*}}: memref<?xi8>, %[[STATE:.*]]: memref<?xf32>, %[[CACHE:.*]]: memref<?xf32>, %{{.*}}: memref<?xi8>) {
// CHECK: %[[L:.*]] = memref.reinterpret_cast %[[LOGITS]] {{.*}} to memref<?x4xf32, strided<[4, 1], offset: ?>>
// CHECK: arith.divui
// CHECK-NEXT: %[[FIRST:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[S0:.*]] = memref.reinterpret_cast %[[STATE]] to offset: [%[[FIRST]]], sizes: [%{{.*}}, 4], strides: [44, 1] : memref<?xf32> to memref<?x4xf32, strided<[44, 1], offset: ?>>
// CHECK-NEXT: %[[SECOND:.*]] = arith.constant 4 : index
// CHECK-NEXT: %[[S1:.*]] = memref.reinterpret_cast %[[STATE]] to offset: [%[[SECOND]]], sizes: [%{{.*}}, 10, 4], strides: [44, 4, 1] : memref<?xf32> to memref<?x10x4xf32, strided<[44, 4, 1], offset: ?>>
// CHECK: %[[C:.*]] = memref.reinterpret_cast %[[CACHE]] {{.*}} to memref<?x2x6x4xf32, strided<[48, 24, 4, 1], offset: ?>>
// CHECK: h3.gather_rows ins(%[[ROWS]], %[[S0]] :
// CHECK-SAME: outs(%[[L]] :
// CHECK: "test.use"(%[[S1]], %[[C]])
// CHECK: return{{$}}
func.func @step(%rows: memref<?xi32>, %logits: memref<?x4xf32> {h3.role = "logits"}, %s0: memref<?x4xf32> {h3.role = "state"},
                %c: memref<?x2x6x4xf32> {h3.role = "cache"}, %s1: memref<?x10x4xf32> {h3.role = "state"})
    -> (memref<?x4xf32>, memref<?x10x4xf32>) {
  h3.gather_rows ins(%rows, %s0 : memref<?xi32>, memref<?x4xf32>) outs(%logits : memref<?x4xf32>)
  "test.use"(%s1, %c) : (memref<?x10x4xf32>, memref<?x2x6x4xf32>) -> ()
  return %logits, %s1 : memref<?x4xf32>, memref<?x10x4xf32>
}

// -----

// Parameters are views of the weights at their offsets.
// CHECK: h3.parameter @w : tensor<4xf32> from ["w"] at 0
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %{{.*}}: memref<?xf32>, %[[WEIGHTS:.*]]: memref<?xi8>, %{{.*}}: memref<?xf32>, %{{.*}}: memref<?xf32>, %{{.*}}: memref<?xi8>)
// CHECK-NOT: h3.get_parameter
// CHECK: %[[AT:.*]] = arith.constant 64 : index
// CHECK: memref.view %[[WEIGHTS]][%[[AT]]][] : memref<?xi8> to memref<2x4xf32>
// CHECK-NOT: h3.get_parameter
h3.parameter @w : tensor<4xf32> from ["w"] at 0
h3.parameter @v : tensor<2x4xf32> from ["v"] at 64
func.func @step() {
  %w = h3.get_parameter @w : memref<4xf32>
  %v = h3.get_parameter @v : memref<2x4xf32>
  "test.use"(%w, %v) : (memref<4xf32>, memref<2x4xf32>) -> ()
  return
}

// -----

// %a and %c do not live at the same time and share their place; %b lives with
// both. A dynamic size counts 100 rows, sizes are multiples of 64 bytes:
// 100 * 3 * 4 = 1200 -> 1216 bytes for each.
// CHECK: h3.arena_bytes = 2432 : i64
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[X:.*]]: memref<?x3xf32>, %[[N:.*]]: index, {{.*}}, %[[ARENA:.*]]: memref<?xi8>)
// CHECK-NOT: memref.alloc
// CHECK: %[[LOW:.*]] = arith.constant 0 : index
// CHECK: %[[A:.*]] = memref.view %[[ARENA]][%[[LOW]]][%[[N]]] : memref<?xi8> to memref<?x3xf32>
// CHECK: %[[HIGH:.*]] = arith.constant 1216 : index
// CHECK: %[[B:.*]] = memref.view %[[ARENA]][%[[HIGH]]][%[[N]]]
// CHECK: %[[LOW_TOO:.*]] = arith.constant 0 : index
// CHECK: %[[C:.*]] = memref.view %[[ARENA]][%[[LOW_TOO]]][%[[N]]]
// CHECK: memref.copy %[[X]], %[[A]]
// CHECK: memref.copy %[[A]], %[[B]]
// CHECK: memref.copy %[[B]], %[[C]]
func.func @step(%x: memref<?x3xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x3xf32>
  %b = memref.alloc(%n) : memref<?x3xf32>
  %c = memref.alloc(%n) : memref<?x3xf32>
  memref.copy %x, %a : memref<?x3xf32> to memref<?x3xf32>
  memref.copy %a, %b : memref<?x3xf32> to memref<?x3xf32>
  memref.copy %b, %c : memref<?x3xf32> to memref<?x3xf32>
  return
}

// -----

// A buffer lives as long as its slices, and those of its slices, are used: %c
// lives beside %a though only a slice of it is read last, so it takes %b's place.
// 100 * 4 * 4 bytes are 1600, in whole 64.
// CHECK: h3.arena_bytes = 3200 : i64
// CHECK-LABEL: func.func @step(
// CHECK-SAME: %[[ARENA:[a-z0-9]*]]: memref<?xi8>)
// CHECK-NOT: memref.alloc
// CHECK: %[[LOW:.*]] = arith.constant 0 : index
// CHECK-NEXT: %[[A:.*]] = memref.view %[[ARENA]][%[[LOW]]]
// CHECK: %[[HIGH:.*]] = arith.constant 1600 : index
// CHECK-NEXT: %[[B:.*]] = memref.view %[[ARENA]][%[[HIGH]]]
// CHECK: %[[HIGH_TOO:.*]] = arith.constant 1600 : index
// CHECK-NEXT: %[[C:.*]] = memref.view %[[ARENA]][%[[HIGH_TOO]]]
// CHECK: %[[SLICE:.*]] = memref.subview %[[A]]
// CHECK: memref.subview %[[SLICE]]
func.func @step(%x: memref<?x4xf32>, %y: memref<?x1xf32>, %n: index) {
  %a = memref.alloc(%n) : memref<?x4xf32>
  %b = memref.alloc(%n) : memref<?x4xf32>
  %c = memref.alloc(%n) : memref<?x4xf32>
  memref.copy %x, %a : memref<?x4xf32> to memref<?x4xf32>
  memref.copy %a, %b : memref<?x4xf32> to memref<?x4xf32>
  memref.copy %b, %x : memref<?x4xf32> to memref<?x4xf32>
  memref.copy %x, %c : memref<?x4xf32> to memref<?x4xf32>
  %s = memref.subview %a[0, 1] [%n, 2] [1, 1] : memref<?x4xf32> to memref<?x2xf32, strided<[4, 1], offset: 1>>
  %t = memref.subview %s[0, 1] [%n, 1] [1, 1] : memref<?x2xf32, strided<[4, 1], offset: 1>> to memref<?x1xf32, strided<[4, 1], offset: 2>>
  memref.copy %t, %y : memref<?x1xf32, strided<[4, 1], offset: 2>> to memref<?x1xf32>
  return
}

// -----

// What a branch uses lives while the branch runs: %a and %b do at once, though
// each is used in one branch alone; what is used behind it may be where they are.
// CHECK: h3.arena_bytes = 128 : i64
// CHECK-LABEL: func.func @step(
// CHECK-NOT: memref.alloc
// CHECK: arith.constant 0 : index
// CHECK-NEXT: memref.view
// CHECK: arith.constant 64 : index
// CHECK-NEXT: memref.view
// CHECK: arith.constant 0 : index
// CHECK-NEXT: memref.view
func.func @step(%x: memref<4xf32>, %few: i1) {
  %a = memref.alloc() : memref<4xf32>
  %b = memref.alloc() : memref<4xf32>
  %c = memref.alloc() : memref<4xf32>
  scf.if %few {
    memref.copy %x, %a : memref<4xf32> to memref<4xf32>
  } else {
    memref.copy %x, %b : memref<4xf32> to memref<4xf32>
  }
  memref.copy %x, %c : memref<4xf32> to memref<4xf32>
  return
}

// -----

// Other functions keep their arguments and their allocations.
// CHECK-LABEL: func.func @step(
// CHECK-LABEL: func.func @other(
// CHECK-SAME: %{{.*}}: memref<?x4xf32> {h3.role = "state"})
// CHECK: memref.alloc() : memref<4xf32>
func.func @step() {
  return
}
func.func @other(%s: memref<?x4xf32> {h3.role = "state"}) {
  %a = memref.alloc() : memref<4xf32>
  return
}

// -----

// expected-error@+1 {{h3-bind-buffers expects a function 'step' of one block without results}}
module {
  func.func @other() {
    return
  }
}

// -----

// expected-error@+1 {{h3-bind-buffers expects a function 'step' of one block without results}}
module {
  func.func private @step()
}

// -----

// expected-error@+1 {{h3-bind-buffers expects a function 'step' of one block without results}}
module {
  func.func @step() {
    cf.br ^exit
  ^exit:
    return
  }
}

// -----

// expected-error@+1 {{h3-bind-buffers expects argument 1 with role "state" to be a contiguous memref with one dynamic size}}
func.func @step(%x: index, %s: memref<?x?xf32> {h3.role = "state"}) {
  return
}

// -----

// expected-error@+1 {{h3-bind-buffers expects argument 0 with role "state" to be a contiguous memref with one dynamic size}}
func.func @step(%s: memref<?x4xf32, strided<[8, 1]>> {h3.role = "state"}) {
  return
}

// -----

// expected-error@+1 {{h3-bind-buffers expects argument 0 with role "state" to be a contiguous memref with one dynamic size}}
func.func @step(%s: tensor<?x4xf32> {h3.role = "state"}) {
  return
}

// -----

// expected-error@+1 {{h3-bind-buffers expects the role logits, state or cache, found "arena"}}
func.func @step(%s: memref<?x4xf32> {h3.role = "arena"}) {
  return
}

// -----

func.func @step() {
  %a = memref.alloc() : memref<4xf32>
  // expected-error@+1 {{h3-bind-buffers expects allocations to be used by layers and slices alone, found 'memref.cast'}}
  %s = memref.cast %a : memref<4xf32> to memref<?xf32>
  return
}

// -----

// Nor may a slice be seen as anything else.
func.func @step() {
  %a = memref.alloc() : memref<4x2xf32>
  %s = memref.subview %a[0, 0] [2, 2] [1, 1] : memref<4x2xf32> to memref<2x2xf32, strided<[2, 1]>>
  // expected-error@+1 {{h3-bind-buffers expects allocations to be used by layers and slices alone, found 'memref.cast'}}
  %c = memref.cast %s : memref<2x2xf32, strided<[2, 1]>> to memref<?x2xf32, strided<[2, 1]>>
  return
}

// -----

func.func @step() {
  %a = memref.alloc() : memref<4xf32>
  // expected-error@+1 {{h3-bind-buffers expects allocations to be used by layers and slices alone, found 'memref.dealloc'}}
  memref.dealloc %a : memref<4xf32>
  return
}

// -----

func.func @step(%x: memref<4xindex>) {
  // expected-error@+1 {{h3-bind-buffers expects elements of whole bytes and a size below 2^48 bytes, found 'memref<4xindex>'}}
  %a = memref.alloc() : memref<4xindex>
  memref.copy %x, %a : memref<4xindex> to memref<4xindex>
  return
}

// -----

// A slot's slice has a dynamic number of slots.
// expected-error@+1 {{h3-bind-buffers expects argument 0 with role "state" to be a contiguous memref with one dynamic size}}
func.func @step(%s: memref<4x4xf32> {h3.role = "state"}) {
  "test.use"(%s) : (memref<4x4xf32>) -> ()
  return
}
