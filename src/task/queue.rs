//! One thread a lane, one `watch` channel a run.
//!
//! Every page, stream and command that looks at a run sees the same view of it. Never here: what a
//! task does.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::{Entry, Lane, Task, find};
use crate::app::progress::{Live, Tell};
use crate::app::runs::{Run, Uid, state};
use crate::app::{Error, Office, Result};
use crate::clock::Stopwatch;
use crate::domain::told::Kind;

/// Runs that may wait in a lane.
const QUEUE_MAX: usize = 100;
/// Longest message kept.
const MESSAGE_MAX: usize = 200;
/// Shortest time between two views of one run.
const VIEW_EVERY: Duration = Duration::from_millis(250);
/// Finished runs whose view is kept in memory.
const KEPT_MAX: usize = 50;

/// What anyone can see of a run.
#[derive(Clone, Debug)]
pub struct RunView {
    /// Identity.
    pub uid: Uid,
    /// `Task::NAME`.
    pub name: String,
    /// `Task::TITLE`.
    pub title: String,
    /// One of `app::runs::state`.
    pub state: &'static str,
    /// Units finished.
    pub done: u64,
    /// Units in all; 0 while unknown.
    pub total: u64,
    /// What is happening, in words.
    pub message: String,
    /// What came out, in words, once it ended.
    pub outcome: Option<String>,
    /// Seconds since it began.
    pub seconds: f64,
    /// Figures of a training.
    pub live: Arc<Live>,
}

impl RunView {
    /// Whether nothing more will happen.
    pub fn ended(&self) -> bool {
        !matches!(self.state, state::WAITING | state::RUNNING)
    }

    /// Percent finished, 0 while unknown.
    pub fn percent(&self) -> u64 {
        (self.done.min(self.total) * 100).checked_div(self.total).unwrap_or(0)
    }
}

/// The queue of background work. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    office: Office,
    lanes: Arc<[SyncSender<Order>; 2]>,
    seen: Arc<Mutex<Seen>>,
    latest: Arc<watch::Sender<u64>>,
}

#[derive(Debug, Default)]
struct Seen {
    runs: HashMap<Uid, Arc<Watched>>,
    order: Vec<Uid>,
}

#[derive(Debug)]
struct Watched {
    view: watch::Sender<RunView>,
    stop: AtomicBool,
}

struct Order {
    entry: &'static Entry,
    payload: String,
    watched: Arc<Watched>,
}

impl Queue {
    /// Starts the lanes and takes up what waited when the program ended.
    pub fn start(office: Office) -> Result<Self> {
        let (compute, compute_orders) = sync_channel(QUEUE_MAX);
        let (transfer, transfer_orders) = sync_channel(QUEUE_MAX);
        let queue = Self {
            office,
            lanes: Arc::new([compute, transfer]),
            seen: Arc::default(),
            latest: Arc::new(watch::channel(0).0),
        };
        queue.serve("compute", compute_orders)?;
        queue.serve("transfer", transfer_orders)?;
        for run in queue.office.recover_runs()? {
            if let Some(entry) = find(&run.name) {
                queue.send(entry, run.uid, run.payload)?;
            }
        }
        Ok(queue)
    }

    /// Asks for a task. A task that runs alone joins a twin that waits or runs.
    pub fn ask<T: Task>(&self, task: &T) -> Result<Uid> {
        let payload = serde_json::to_string(task)
            .map_err(|error| Error::broken(format!("write down {}", T::NAME), error))?;
        self.ask_by_name(T::NAME, payload)
    }

    /// Asks again for a run that was interrupted, stopped or failed.
    pub fn ask_again(&self, run: Run) -> Result<Uid> {
        self.ask_by_name(&run.name, run.payload)
    }

    /// The view of a run that is queued, under way or ended a moment ago.
    pub fn watch(&self, uid: Uid) -> Option<watch::Receiver<RunView>> {
        self.seen().runs.get(&uid).map(|it| it.view.subscribe())
    }

    /// Changes with every change of any run.
    pub fn watch_all(&self) -> watch::Receiver<u64> {
        self.latest.subscribe()
    }

    /// Runs that wait or run, oldest first.
    pub fn active(&self) -> Vec<RunView> {
        let seen = self.seen();
        let views = seen.order.iter().filter_map(|it| seen.runs.get(it));
        views.map(|it| it.view.borrow().clone()).filter(|it| !it.ended()).collect()
    }

    /// Asks a run to stop; it does at its next step. `false` when it has ended.
    pub fn stop(&self, uid: Uid) -> bool {
        let seen = self.seen();
        let Some(watched) = seen.runs.get(&uid) else { return false };
        watched.stop.store(true, Ordering::Relaxed);
        !watched.view.borrow().ended()
    }

    /// Asks every run to stop: the program is ending.
    pub fn stop_all(&self) {
        for view in self.active() {
            self.stop(view.uid);
        }
    }

    /// Asks for what follows a run that ended well.
    fn follow(&self, order: &Order) {
        let Some(then) = order.entry.then else { return };
        if order.watched.view.borrow().state == state::DONE
            && let Err(error) = self.ask_by_name(then, "{}".to_owned())
        {
            tracing::warn!(%error, task = then, "what follows a task could not be asked for");
        }
    }

    fn ask_by_name(&self, name: &str, payload: String) -> Result<Uid> {
        let entry = find(name)
            .ok_or_else(|| Error::told(Kind::NotFound, format!("There is no task {name}."), ""))?;
        if entry.alone
            && let Some(twin) = self.active().into_iter().find(|it| it.name == entry.name)
        {
            return Ok(twin.uid);
        }
        let uid = self.office.note_run(entry.name, &payload)?;
        self.send(entry, uid, payload)?;
        Ok(uid)
    }

    fn send(&self, entry: &'static Entry, uid: Uid, payload: String) -> Result<()> {
        let view = RunView {
            uid,
            name: entry.name.to_owned(),
            title: entry.title.to_owned(),
            state: state::WAITING,
            done: 0,
            total: 0,
            message: "Waiting for its turn.".to_owned(),
            outcome: None,
            seconds: 0.0,
            live: Arc::default(),
        };
        let watched = Arc::new(Watched { view: watch::channel(view).0, stop: false.into() });
        self.seen().add(uid, Arc::clone(&watched));
        let lane = &self.lanes[usize::from(entry.lane == Lane::Transfer)];
        lane.try_send(Order { entry, payload, watched }).map_err(|_full| {
            Error::told(
                Kind::Busy,
                "Too much background work is waiting.",
                "It is kept and offered again at the next start.",
            )
        })
    }

    fn serve(&self, name: &str, orders: Receiver<Order>) -> Result<()> {
        let (office, latest) = (self.office.clone(), Arc::clone(&self.latest));
        // Not the lanes themselves: a thread that held its own sender would never end.
        let (lanes, seen) = (Arc::downgrade(&self.lanes), Arc::clone(&self.seen));
        std::thread::Builder::new()
            .name(format!("lane-{name}"))
            .spawn(move || {
                while let Ok(order) = orders.recv() {
                    Runner { watched: &order.watched, latest: &latest, clock: Stopwatch::start() }
                        .run(&office, &order);
                    if let Some(lanes) = lanes.upgrade() {
                        let (office, seen, latest) =
                            (office.clone(), Arc::clone(&seen), Arc::clone(&latest));
                        Self { office, lanes, seen, latest }.follow(&order);
                    }
                }
            })
            .map_err(|error| Error::broken("start a thread for background work", error))?;
        Ok(())
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    fn add(&mut self, uid: Uid, watched: Arc<Watched>) {
        self.order.push(uid);
        self.runs.insert(uid, watched);
        while self.order.len() > KEPT_MAX {
            let ended = |it: &Uid| self.runs.get(it).is_none_or(|it| it.view.borrow().ended());
            let Some(at) = self.order.iter().position(ended) else { return };
            let old = self.order.remove(at);
            self.runs.remove(&old);
        }
    }
}

struct Runner<'a> {
    watched: &'a Watched,
    latest: &'a watch::Sender<u64>,
    clock: Stopwatch,
}

impl Runner<'_> {
    fn run(&self, office: &Office, order: &Order) {
        let uid = self.watched.view.borrow().uid;
        self.change(|view| {
            view.state = state::RUNNING;
            "Beginning.".clone_into(&mut view.message);
        });
        if let Err(error) = office.begin_run(uid) {
            tracing::error!(%error, task = order.entry.name, "the begin of a task was not noted");
        }
        let teller = Teller { runner: self, last: Mutex::new(None) };
        let work = || (order.entry.run)(office, &order.payload, &teller);
        let ended = catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_panic| {
            Err(Error::broken(format!("run {}", order.entry.name), "it panicked"))
        });
        let stopped = self.watched.stop.load(Ordering::Relaxed);
        let (state, outcome) = match ended {
            Ok(outcome) => (state::DONE, outcome),
            Err(Error::Told(told)) if stopped => (state::CANCELLED, told.to_string()),
            Err(_) if stopped => (state::CANCELLED, "Stopped. Nothing was changed.".to_owned()),
            Err(Error::Told(told)) => (state::FAILED, told.to_string()),
            Err(error) => {
                tracing::error!(%error, task = order.entry.name, "a task failed");
                (state::FAILED, "Something in the program failed; the log says what.".to_owned())
            }
        };
        if state == state::DONE {
            // The last word may have been held back by the pause between two views.
            self.change(|view| {
                view.total = view.total.max(1);
                view.done = view.total;
            });
        }
        self.keep(office, state, &outcome);
        self.change(|view| {
            view.state = state;
            view.message.clone_from(&outcome);
            view.outcome = Some(outcome.clone());
        });
    }

    fn keep(&self, office: &Office, state: &str, outcome: &str) {
        let view = self.watched.view.borrow().clone();
        let run = Run {
            uid: view.uid,
            name: view.name,
            payload: String::new(),
            state: state.to_owned(),
            done: view.done,
            total: view.total,
            message: view.message,
            started_at: None,
            finished_at: None,
            outcome: Some(outcome.to_owned()),
            created_at: 0,
        };
        if let Err(error) = office.end_run(run) {
            tracing::error!(%error, "the end of a task was not noted");
        }
    }

    fn change(&self, edit: impl FnOnce(&mut RunView)) {
        let seconds = self.clock.elapsed().as_secs_f64();
        self.watched.view.send_modify(|view| {
            view.seconds = seconds;
            edit(view);
        });
        self.latest.send_modify(|it| *it += 1);
    }
}

struct Teller<'a> {
    runner: &'a Runner<'a>,
    last: Mutex<Option<Stopwatch>>,
}

impl Teller<'_> {
    /// At most one view every 250 ms, but never without the last word.
    fn due(&self) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let due = last.is_none_or(|it| it.elapsed() >= VIEW_EVERY);
        if due {
            *last = Some(Stopwatch::start());
        }
        due
    }
}

impl Tell for Teller<'_> {
    fn say(&self, done: u64, of: u64, what: &str) -> bool {
        if self.due() || done == of {
            self.runner.change(|view| {
                (view.done, view.total) = (done, of);
                view.message = what.chars().take(MESSAGE_MAX).collect();
            });
        }
        !self.runner.watched.stop.load(Ordering::Relaxed)
    }

    fn show(&self, live: Live) {
        self.runner.change(|view| view.live = Arc::new(live));
    }
}
