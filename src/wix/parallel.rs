//! Work on several threads whose outcome does not depend on how many they are.

use std::num::NonZeroUsize;

/// What `one` makes of each of `items`, in their order, on `threads` threads.
pub(crate) fn map<T: Sync, R: Send>(
    items: &[T],
    threads: NonZeroUsize,
    one: impl Fn(&T) -> R + Sync,
) -> Vec<R> {
    let share = items.len().div_ceil(threads.get()).max(1);
    let one = &one;
    std::thread::scope(|scope| {
        let chunks = items.chunks(share);
        let workers: Vec<_> =
            chunks.map(|chunk| scope.spawn(move || chunk.iter().map(one).collect::<Vec<R>>())).collect();
        let done = workers.into_iter().map(|worker| worker.join());
        done.flat_map(|made| made.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    })
}
