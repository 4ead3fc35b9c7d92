/// Kernels written with the Vector API (`jdk.incubator.vector`), at the widest vectors of the machine.
///
/// What was measured and is kept to: loops over a base segment with a `long` offset (a slice per row costs 45
/// %); no masks in hot loops; few calls of own methods that take or give vectors (C2 inlines some 8,000
/// bytecodes of them, beyond that vectors are boxed); a kernel that reads two rows reads them from places far
/// apart, as two long streams (adjacent short rows defeat the prefetcher: a third of the speed).
///
/// Sums over columns have one order, whatever path computes them: lane by lane in steps of the vector length
/// within spans of [ouverture.kernels.vector.Lanes#SPAN] columns, the lanes by halving, then the spans in order.
/// `reduceLanes` is not used for sums because its order is not defined and differs between interpreter and
/// compiler.
@org.jspecify.annotations.NullMarked
package ouverture.kernels.vector;
