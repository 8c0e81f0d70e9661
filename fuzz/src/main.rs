//! Runs fuzz targets on stable Rust: `cargo run --release --manifest-path fuzz/Cargo.toml -- TARGET|all --seconds N`.
//!
//! Every input follows from the target's seeds, `--seed` and the number of the run alone. Each target runs in a process
//! of its own, which notes the number of each run before it: so even an input that ends the process, as a stack
//! overflow does, is known.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, exit};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use ringtrace_fuzz::mutate::{self, Random};
use ringtrace_fuzz::targets::{TARGETS, Target};

const USAGE: &str = "usage: ringtrace-fuzz TARGET|all|list [--seconds N] [--seed N] [--input FILE]";

/// How long one run may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// After how many failures a target is left.
const FAILURES: usize = 5;

struct Options {
    target: String,
    seconds: f64,
    seed: u64,
    input: Option<PathBuf>,
    /// Where to note the number of each run: this process runs one target for another.
    progress: Option<PathBuf>,
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options { target: arguments.next()?, seconds: 60.0, seed: 1, input: None, progress: None };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--seconds" => options.seconds = value.parse().ok()?,
            "--seed" => options.seed = value.parse().ok()?,
            "--input" => options.input = Some(value.into()),
            "--progress" => options.progress = Some(value.into()),
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    if options.target == "list" {
        TARGETS.iter().for_each(|target| println!("{}", target.name));
        return ExitCode::SUCCESS;
    }
    let chosen: Vec<_> =
        TARGETS.iter().filter(|target| options.target == "all" || options.target == target.name).collect();
    let has_failed = match (&chosen[..], &options.input, &options.progress) {
        ([], ..) => {
            eprintln!("no target `{}`; `list` prints all of them", options.target);
            return ExitCode::from(2);
        }
        ([target], Some(input), _) => {
            (target.run)(&fs::read(input).unwrap_or_else(|error| panic!("{}: {error}", input.display())));
            false
        }
        ([target], None, Some(progress)) => run(target, &options, progress),
        (targets, ..) => {
            let failed = targets.iter().filter(|target| !supervise(target, &options)).count();
            failed > 0
        }
    };
    if has_failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Writes an input that failed to `fuzz/crashes`.
fn save(target: &Target, kind: &str, run: u64, input: &[u8]) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashes");
    let path = folder.join(format!("{}-{kind}-{run}", target.name));
    fs::create_dir_all(&folder).and_then(|()| fs::write(&path, input)).expect("fuzz/crashes can be written");
    path
}

/// Runs a target in a process of its own; returns whether it found nothing.
fn supervise(target: &Target, options: &Options) -> bool {
    let progress = std::env::temp_dir().join(format!("ringtrace-fuzz-{}-{}", std::process::id(), target.name));
    fs::write(&progress, [0; 8]).expect("the temporary folder can be written");
    let program = std::env::current_exe().expect("the path of this program");
    let (seconds, seed) = (options.seconds.to_string(), options.seed.to_string());
    let arguments = [target.name, "--seconds", &seconds, "--seed", &seed, "--progress"];
    let status = Command::new(program).args(arguments).arg(&progress).status().expect("this program runs");
    let noted = fs::read(&progress).ok().and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes);
    let _ = fs::remove_file(&progress);
    if status.code().is_none() {
        // A signal: the process had no time to say anything.
        let input = mutate::input(&(target.seeds)(), &mut Random::new(options.seed, noted));
        let path = save(target, "signal", noted, &input);
        println!("{}: {status} in run {noted}, saved as {}", target.name, path.display());
    }
    status.success()
}

/// Runs a target until its time is up; returns whether it failed.
fn run(target: &'static Target, options: &Options, progress: &Path) -> bool {
    let seeds = (target.seeds)();
    let noted = File::options().write(true).open(progress).expect("a file for the progress");
    let current = Arc::new(AtomicU64::new(0));
    let since = Arc::new(Mutex::new(Instant::now()));
    {
        let (current, since, seeds, seed) = (Arc::clone(&current), Arc::clone(&since), seeds.clone(), options.seed);
        thread::spawn(move || {
            loop {
                thread::sleep(Duration::from_millis(500));
                if since.lock().expect("no panic holds it").elapsed() > PATIENCE {
                    let run = current.load(Ordering::Relaxed);
                    let path = save(target, "hang", run, &mutate::input(&seeds, &mut Random::new(seed, run)));
                    println!("{}: run {run} hangs, saved as {}", target.name, path.display());
                    exit(1);
                }
            }
        });
    }
    let message = Arc::new(Mutex::new(String::new()));
    let said = Arc::clone(&message);
    panic::set_hook(Box::new(move |info| {
        if let Ok(mut said) = said.lock() {
            *said = info.to_string();
        }
    }));
    let (start, mut runs, mut failures) = (Instant::now(), 0_u64, 0);
    while start.elapsed().as_secs_f64() < options.seconds && failures < FAILURES {
        current.store(runs, Ordering::Relaxed);
        let _ = noted.write_at(&runs.to_le_bytes(), 0);
        // First the seeds as they are.
        let input = match usize::try_from(runs).ok().and_then(|run| seeds.get(run)) {
            Some(seed) => seed.clone(),
            None => mutate::input(&seeds, &mut Random::new(options.seed, runs)),
        };
        *since.lock().expect("no panic holds it") = Instant::now();
        if panic::catch_unwind(AssertUnwindSafe(|| (target.run)(&input))).is_err() {
            failures += 1;
            let path = save(target, "panic", runs, &input);
            let said = message.lock().map(|said| said.chars().take(600).collect::<String>()).unwrap_or_default();
            println!("{}: {said}\n  saved as {}", target.name, path.display());
        }
        runs += 1;
    }
    let rate = runs as f64 / start.elapsed().as_secs_f64();
    println!("{:<16} {runs:>9} runs {rate:>9.0}/s {failures} failures", target.name);
    failures > 0
}
