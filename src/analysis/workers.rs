//! Who decodes the connections of a capture: the thread that reads it, or several others.
//!
//! The output must not depend on the number of threads, since findings cite records and counts. So a connection is always
//! decoded by the same worker, which sees it in capture order; every task has an ordinal, and results are sorted by it;
//! and batches are collected in the order in which they were sent out, never in the order in which they finish.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::panic;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use super::batch::Batch;
use super::event::{Described, Extras, Yield};
use super::shard::{Notice, Shard};
use super::tap::Below;
use crate::anomaly::Anomaly;
use crate::input::Entry;
use crate::keys::Keys;
use crate::origin::{ConnectionId, Located};
use crate::protocol::tcp::Chunk;

/// How many batches are under way at a time: enough that no worker waits for the reader, few enough to bound memory.
const DEPTH: usize = 4;

/// Decodes the connections of a capture.
pub(super) struct Workers {
    /// The keys that are known beforehand.
    pub(super) keys: Arc<Keys>,
    /// What was found so far.
    pub(super) results: Yield,
    /// The ordinal of the next task.
    next: u64,
    labour: Labour,
}

enum Labour {
    Own(Box<Shard>),
    Threads(Threads),
}

/// Threads that decode, and what they have to do.
struct Threads {
    workers: Vec<Worker>,
    permits: Arc<Permits>,
    /// The batch that is being filled.
    batch: u64,
    /// Batches that were dispatched and not collected.
    under_way: usize,
}

struct Worker {
    batch: Batch,
    /// An emptied batch, to be filled again.
    spare: Option<Batch>,
    /// Batches that it has.
    has: VecDeque<u64>,
    batches: Sender<Batch>,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
}

/// What a worker made of a batch.
struct Answer {
    results: Yield,
    emptied: Batch,
}

impl Workers {
    /// The calling thread alone.
    pub(super) fn alone(keys: Arc<Keys>, extras: Extras) -> Self {
        let labour = Labour::Own(Box::new(Shard::new(Arc::clone(&keys))));
        Self { keys, results: Yield::new(extras), next: 0, labour }
    }

    /// Starts `count` threads, or as many as the system has, each of which holds a permit while it computes, as the calling
    /// thread does: captures read at the same time share the user's `--jobs`.
    pub(super) fn of(count: usize, permits: &Arc<Permits>, keys: &Arc<Keys>, extras: Extras) -> Self {
        let decoder = || {
            let mut shard = Shard::new(Arc::clone(keys));
            move |batch: &mut Batch| {
                let mut results = Yield::new(extras);
                batch.empty_into(&mut shard, &mut results);
                results
            }
        };
        let workers = (0..count).map_while(|_| Worker::start(decoder(), Arc::clone(permits)).ok());
        let workers: Vec<_> = workers.collect();
        if workers.is_empty() {
            return Self::alone(Arc::clone(keys), extras);
        }
        Self::with(workers, permits, keys, extras)
    }

    fn with(workers: Vec<Worker>, permits: &Arc<Permits>, keys: &Arc<Keys>, extras: Extras) -> Self {
        let workers = Threads { workers, permits: Arc::clone(permits), batch: 0, under_way: 0 };
        Self { keys: Arc::clone(keys), results: Yield::new(extras), next: 0, labour: Labour::Threads(workers) }
    }

    /// Takes the next entry of a connection: anything but records and secrets.
    pub(super) fn push(&mut self, id: ConnectionId, entry: Located<Entry<'_>>) {
        let place = self.place(id);
        if let (Some(tap), Entry::Chunk(Chunk::Data(data))) = (&mut self.results.tap, &entry.item) {
            tap.see(Below::Stream, entry.origin, data);
        }
        match &mut self.labour {
            Labour::Own(shard) => shard.push(id, entry, &mut self.results),
            Labour::Threads(workers) => {
                if workers.batch_of(id, |batch| batch.push(place, entry)) {
                    workers.dispatch(&mut self.results);
                }
            }
        }
    }

    /// Takes an anomaly of a layer below on a connection.
    pub(super) fn anomaly(&mut self, id: ConnectionId, anomaly: Anomaly) {
        let place = self.place(id);
        match &mut self.labour {
            Labour::Own(shard) => shard.anomaly(id, anomaly, &mut self.results),
            Labour::Threads(workers) => {
                if workers.batch_of(id, |batch| batch.anomaly(place, anomaly)) {
                    workers.dispatch(&mut self.results);
                }
            }
        }
    }

    /// Takes what concerns all connections.
    pub(super) fn notice(&mut self, notice: Notice) {
        let place = self.place(ConnectionId::default());
        match &mut self.labour {
            Labour::Own(shard) => shard.notice(notice, &mut self.results),
            Labour::Threads(workers) => {
                workers.workers.iter_mut().for_each(|worker| worker.batch.notice(place, notice.clone()));
            }
        }
    }

    /// Waits until everything is decoded that was taken so far.
    pub(super) fn catch_up(&mut self) {
        if let Labour::Threads(workers) = &mut self.labour {
            workers.dispatch_all();
            while workers.under_way > 0 {
                workers.collect(&mut self.results);
            }
        }
    }

    /// Bytes that wait for TLS secrets on each connection where there are some, in order.
    pub(super) fn waiting(&mut self) -> Vec<(ConnectionId, usize)> {
        self.notice(Notice::Waiting);
        self.catch_up();
        let mut waiting = mem::take(&mut self.results.waiting);
        waiting.sort_unstable();
        waiting
    }

    /// Describes the connections that have not ended.
    pub(super) fn live(&mut self) -> Vec<Described> {
        self.notice(Notice::Describe);
        self.catch_up();
        mem::take(&mut self.results.live)
    }

    /// Goes on to the place of the next task.
    const fn place(&mut self, id: ConnectionId) -> (u64, ConnectionId) {
        self.next += 1;
        self.results.place = (self.next, id);
        self.results.place
    }
}

impl Threads {
    /// Adds to the batch of the worker that has the connection, and says whether it is full.
    fn batch_of(&mut self, id: ConnectionId, add: impl FnOnce(&mut Batch)) -> bool {
        let count = self.workers.len().max(1);
        self.workers.get_mut(id.0 as usize % count).is_some_and(|worker| {
            add(&mut worker.batch);
            worker.batch.is_full()
        })
    }

    /// Labour the batches out, and takes back those that were handed out long ago.
    fn dispatch(&mut self, results: &mut Yield) {
        self.dispatch_all();
        if self.under_way > DEPTH {
            self.collect(results);
        }
    }

    fn dispatch_all(&mut self) {
        for worker in self.workers.iter_mut().filter(|worker| !worker.batch.is_empty()) {
            let batch = mem::replace(&mut worker.batch, worker.spare.take().unwrap_or_default());
            worker.has.push_back(self.batch);
            if worker.batches.send(batch).is_err() {
                worker.fail();
            }
        }
        self.batch += 1;
        self.under_way += 1;
    }

    /// Takes back what was made of the oldest batch under way.
    fn collect(&mut self, results: &mut Yield) {
        let oldest = self.batch - self.under_way as u64;
        let before = results.events.len();
        for worker in &mut self.workers {
            if worker.has.pop_front_if(|batch| *batch == oldest).is_none() {
                continue;
            }
            let answer = worker.answers.try_recv().or_else(|_| self.permits.lend(|| worker.answers.recv()));
            match answer {
                Ok(answer) => {
                    results.join(answer.results);
                    worker.spare = Some(answer.emptied);
                }
                Err(_) => worker.fail(),
            }
        }
        if let Some(found) = results.events.get_mut(before..) {
            found.sort_by_key(|(place, _)| *place);
        }
        self.under_way -= 1;
    }
}

impl Worker {
    /// A thread in which `decode` makes something of batches.
    ///
    /// # Errors
    /// If the system has no more threads.
    fn start(mut decode: impl FnMut(&mut Batch) -> Yield + Send + 'static, permits: Arc<Permits>) -> io::Result<Self> {
        let (batches, to_do) = mpsc::channel::<Batch>();
        let (done, answers) = mpsc::channel();
        let thread = thread::Builder::new().spawn(move || {
            for mut batch in to_do {
                let _permit = permits.take();
                let results = decode(&mut batch);
                if done.send(Answer { results, emptied: batch }).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { batch: Batch::default(), spare: None, has: VecDeque::new(), batches, answers, thread: Some(thread) })
    }

    /// Goes on with the panic that ended the thread: nothing else ends it.
    fn fail(&mut self) {
        if let Some(Err(panic)) = self.thread.take().map(JoinHandle::join) {
            panic::resume_unwind(panic);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::panic::AssertUnwindSafe;

    use super::super::event::Event;
    use super::*;
    use crate::origin::{CaptureId, Origin};
    use crate::protocol::tcp::Chunk;

    fn chunk() -> Located<Entry<'static>> {
        Located::new(Origin::of_record(CaptureId(0), 1, 0, None), Entry::Chunk(Chunk::Data(&[0; 1000])))
    }

    /// Each has to have its permit back for the other to go on.
    fn with_one_permit(decode: impl FnMut(&mut Batch) -> Yield + Clone + Send + 'static) -> Yield {
        let permits = Arc::new(Permits::new(1));
        let _permit = permits.take();
        let workers = (0..3).map(|_| Worker::start(decode.clone(), Arc::clone(&permits)).unwrap());
        let mut crew = Workers::with(workers.collect(), &permits, &Arc::default(), Extras::default());
        for number in 0..2000 {
            crew.push(ConnectionId(number % 7), chunk());
        }
        crew.catch_up();
        crew.results
    }

    #[test]
    fn what_workers_find_comes_in_the_order_of_the_tasks() {
        let results = with_one_permit(|batch| {
            let mut results = Yield::new(Extras::default());
            results.events = batch.places().map(|place| (place, Event::Others(1))).collect();
            batch.empty_into(&mut Shard::new(Arc::default()), &mut Yield::new(Extras::default()));
            results
        });
        let places: Vec<_> = results.events.iter().map(|((place, _), _)| *place).collect();
        assert_eq!(places, (1..=2000).collect::<Vec<_>>());
    }

    #[test]
    fn a_panic_of_a_worker_is_passed_on() {
        let mut batches = 0;
        let decode = move |batch: &mut Batch| {
            batches += 1;
            assert!(batches < 2, "on purpose");
            batch.empty_into(&mut Shard::new(Arc::default()), &mut Yield::new(Extras::default()));
            Yield::new(Extras::default())
        };
        let panic = panic::catch_unwind(AssertUnwindSafe(|| with_one_permit(decode))).unwrap_err();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    }
}

/// Permits to compute. Threads that wait for each other hold none.
#[derive(Debug)]
pub(super) struct Permits {
    free: Mutex<usize>,
    returned: Condvar,
}

/// A permit to compute, which is returned when it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'p>(&'p Permits);

impl Permits {
    /// So many permits, none of them taken.
    pub(super) const fn new(count: usize) -> Self {
        Self { free: Mutex::new(count), returned: Condvar::new() }
    }

    /// Waits for a permit.
    pub(super) fn take(&self) -> Permit<'_> {
        self.acquire();
        Permit(self)
    }

    /// Lets the holder of a permit wait for other threads, without it in the meantime.
    pub(super) fn lend<T>(&self, wait: impl FnOnce() -> T) -> T {
        self.release();
        let waited_for = wait();
        self.acquire();
        waited_for
    }

    fn acquire(&self) {
        let mut free = self.free();
        while *free == 0 {
            free = self.returned.wait(free).unwrap_or_else(PoisonError::into_inner);
        }
        *free -= 1;
    }

    fn release(&self) {
        *self.free() += 1;
        self.returned.notify_one();
    }

    fn free(&self) -> MutexGuard<'_, usize> {
        // A number cannot be left half changed.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}
