// RUN: h3-opt %s --h3-distribute-threads -split-input-file -verify-diagnostics | FileCheck %s

// A thread's share of n tasks: n * thread / threads up to n * (thread + 1) /
// threads, then the barrier.
// CHECK: func.func private @h3rt_barrier(!llvm.ptr)
// CHECK-LABEL: func.func @one
// CHECK-SAME: (%[[N:.*]]: index, %[[M:.*]]: memref<?xf32>, %[[TEAM:.*]]: !llvm.ptr, %[[THREAD:.*]]: index, %[[THREADS:.*]]: index)
// CHECK-NOT: scf.parallel
// CHECK: %[[ONE:.*]] = arith.constant 1 : index
// CHECK: %[[SPAN:.*]] = arith.subi %[[N]], %{{.*}} : index
// CHECK: %[[SIZE:.*]] = arith.ceildivui %[[SPAN]], %[[STEP:.*]] : index
// CHECK: %[[TASKS:.*]] = arith.muli %[[ONE]], %[[SIZE]] : index
// CHECK: %[[LOW:.*]] = arith.muli %[[TASKS]], %[[THREAD]] : index
// CHECK: %[[FIRST:.*]] = arith.divui %[[LOW]], %[[THREADS]] : index
// CHECK: %[[NEXT:.*]] = arith.addi %[[THREAD]], %[[ONE]] : index
// CHECK: %[[HIGH:.*]] = arith.muli %[[TASKS]], %[[NEXT]] : index
// CHECK: %[[LAST:.*]] = arith.divui %[[HIGH]], %[[THREADS]] : index
// CHECK: scf.for %[[TASK:.*]] = %[[FIRST]] to %[[LAST]] step %[[ONE]] {
// CHECK: %[[OFFSET:.*]] = arith.muli %[[TASK]], %[[STEP]] : index
// CHECK: %[[I:.*]] = arith.addi %{{.*}}, %[[OFFSET]] : index
// CHECK: memref.store %{{.*}}, %[[M]][%[[I]]] : memref<?xf32>
// CHECK: }
// CHECK-NEXT: call @h3rt_barrier(%[[TEAM]]) : (!llvm.ptr) -> ()
// CHECK-NEXT: return
func.func @one(%n: index, %m: memref<?xf32>) {
  %c2 = arith.constant 2 : index
  %c4 = arith.constant 4 : index
  %zero = arith.constant 0.0 : f32
  scf.parallel (%i) = (%c2) to (%n) step (%c4) {
    memref.store %zero, %m[%i] : memref<?xf32>
  }
  return
}

// -----

// Tasks of more dimensions are numbered with the last one fastest. A parallel
// loop within a task belongs to the task.
// CHECK-LABEL: func.func @two
// CHECK: %[[ROWS:.*]] = arith.ceildivui
// CHECK: %[[COLUMNS:.*]] = arith.ceildivui
// CHECK: scf.for %[[TASK:.*]] = %{{.*}} to %{{.*}} step %{{.*}} {
// CHECK: arith.remui %[[TASK]], %[[COLUMNS]] : index
// CHECK: arith.divui %[[TASK]], %[[COLUMNS]] : index
// CHECK: scf.parallel
// CHECK: memref.store
// CHECK: call @h3rt_barrier
// CHECK-NOT: call @h3rt_barrier
func.func @two(%n: index, %m: memref<?x?x?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
    scf.parallel (%k) = (%c0) to (%n) step (%c1) {
      memref.store %zero, %m[%i, %j, %k] : memref<?x?x?xf32>
    }
  }
  return
}

// -----

// Calls pass the thread on. Attributes of arguments stay with them; what is not
// in a parallel loop stays as it is.
// CHECK-LABEL: func.func @caller
// CHECK-SAME: (%{{.*}}: index {test.name = "n"}, %[[TEAM:.*]]: !llvm.ptr, %[[THREAD:.*]]: index, %[[THREADS:.*]]: index) -> index
// CHECK: scf.for
// CHECK: call @callee(%{{.*}}, %[[TEAM]], %[[THREAD]], %[[THREADS]]) : (index, !llvm.ptr, index, index) -> ()
// CHECK-NOT: h3rt_barrier
// CHECK: return
// CHECK: func.func private @callee(%{{.*}}: index, %{{.*}}: !llvm.ptr, %{{.*}}: index, %{{.*}}: index)
func.func @caller(%n: index {test.name = "n"}) -> index {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    func.call @callee(%i) : (index) -> ()
  }
  return %n : index
}
func.func private @callee(%n: index) {
  return
}

// -----

func.func @reduction(%n: index, %x: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error@+1 {{h3-distribute-threads expects parallel loops without reductions, found 1}}
  %sum = scf.parallel (%i) = (%c0) to (%n) step (%c1) init (%x) -> f32 {
    scf.reduce(%x : f32) {
    ^bb0(%a: f32, %b: f32):
      %c = arith.addf %a, %b : f32
      scf.reduce.return %c : f32
    }
  }
  return %sum : f32
}

// -----

// A function that is only declared knows nothing of threads.
// CHECK-LABEL: func.func private @declared(index)
// CHECK: func.func @calls_declared
// CHECK: call @declared(%{{[a-z0-9]+}}) : (index) -> ()
func.func private @declared(index)
func.func @calls_declared(%n: index) {
  call @declared(%n) : (index) -> ()
  return
}
