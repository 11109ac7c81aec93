//===- H3Ops.td - Operations of the H3 dialect --------------*- tablegen -*-===//

#ifndef H3_OPS
#define H3_OPS

include "H3AttentionOps.td"
include "H3ConvOps.td"
include "H3DenseOps.td"
include "H3SsmOps.td"
include "H3WeightOps.td"

#endif // H3_OPS
