//! What the process gives up before it reads what others made: to write elsewhere, to ask servers and to run programs.
//!
//! Linux takes these rights from a thread and from all that it starts afterwards: Landlock (Linux 5.13; for the network 6.7)
//! and a filter of system calls (seccomp). Where the kernel, its configuration or a container does not allow for one of them,
//! the other still holds, and on other systems neither.

use std::path::Path;

/// What will be needed still. Reading is never given up.
#[derive(Clone, Debug, Default)]
pub struct Needs<'n> {
    /// The files that will be written. Their folders take temporary files first.
    pub files: Vec<&'n Path>,
    /// Whether a server will be asked, with a token that another program may have.
    pub network: bool,
}

/// Gives up what is not needed, for this thread and those that it starts.
pub fn enter(needs: &Needs<'_>) {
    #[cfg(target_os = "linux")]
    linux::enter(needs);
    #[cfg(not(target_os = "linux"))]
    let _ = needs;
}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;
    use std::path::{Path, PathBuf};

    use landlock::{
        ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetError, path_beneath_rules,
    };
    use seccompiler::{BpfProgram, SeccompAction, SeccompFilter};

    use super::Needs;
    use crate::output::{folder_of, is_device};

    /// The rights that are known here. Later ones concern what is given up anyway, or terminals.
    const KNOWN: ABI = ABI::V4;

    /// Devices that any program may write to.
    const DEVICES: [&str; 2] = ["/dev/null", "/dev/tty"];

    /// System calls that nothing here makes, and that one who took over the process could use.
    const NEVER: [i64; 20] = [
        libc::SYS_add_key,
        libc::SYS_bpf,
        libc::SYS_chroot,
        libc::SYS_finit_module,
        libc::SYS_init_module,
        libc::SYS_io_uring_setup,
        libc::SYS_kexec_load,
        libc::SYS_keyctl,
        libc::SYS_mount,
        libc::SYS_open_by_handle_at,
        libc::SYS_perf_event_open,
        libc::SYS_pidfd_getfd,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_ptrace,
        libc::SYS_request_key,
        libc::SYS_setns,
        libc::SYS_umount2,
        libc::SYS_unshare,
        libc::SYS_userfaultfd,
    ];

    /// System calls that ask servers, and that run programs.
    const NETWORK: [i64; 8] = [
        libc::SYS_accept,
        libc::SYS_accept4,
        libc::SYS_bind,
        libc::SYS_connect,
        libc::SYS_execve,
        libc::SYS_execveat,
        libc::SYS_listen,
        libc::SYS_socket,
    ];

    pub(super) fn enter(needs: &Needs<'_>) {
        // One that is not to be had does not make the other worthless.
        let _ = restrict_files(needs);
        let _ = filter(needs);
    }

    fn restrict_files(needs: &Needs<'_>) -> Result<(), RulesetError> {
        let writing = AccessFs::from_write(KNOWN);
        let places = needs.files.iter().flat_map(|path| places(path));
        let places = places.chain(DEVICES.map(PathBuf::from));
        let ruleset = if needs.network {
            Ruleset::default().handle_access(writing)?
        } else {
            Ruleset::default().handle_access(writing | AccessFs::Execute)?.handle_access(AccessNet::from_all(KNOWN))?
        };
        ruleset.create()?.add_rules(path_beneath_rules(places, writing))?.restrict_self()?;
        Ok(())
    }

    /// Where something is written for a file to appear: in its folder, and in that of what a link leads to; or the device.
    fn places(path: &Path) -> Vec<PathBuf> {
        if is_device(path) {
            return vec![path.to_owned()];
        }
        let linked = fs::canonicalize(path).ok();
        let linked = linked.as_deref().map(|path| folder_of(path).to_owned());
        linked.into_iter().chain([folder_of(path).to_owned()]).collect()
    }

    fn filter(needs: &Needs<'_>) -> Result<(), seccompiler::Error> {
        let network = if needs.network { &[][..] } else { &NETWORK };
        let denied: BTreeMap<_, _> = NEVER.iter().chain(network).map(|call| (*call, Vec::new())).collect();
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let machine = std::env::consts::ARCH.try_into()?;
        let program: BpfProgram = SeccompFilter::new(denied, SeccompAction::Allow, refused, machine)?.try_into()?;
        seccompiler::apply_filter(&program)
    }
}

#[cfg(target_os = "linux")]
#[cfg(test)]
mod tests {
    use std::fs;
    use std::net::{TcpListener, TcpStream};
    use std::process::Command;
    use std::thread;

    use super::*;

    /// What a thread could do after it gave up what is not needed, of: write a file of its own, write elsewhere, ask a
    /// server, run a program, and read.
    fn can(network: bool) -> [bool; 5] {
        let folder = tempfile::tempdir().unwrap();
        let [own, elsewhere] = ["own", "elsewhere"].map(|name| folder.path().join(name));
        for folder in [&own, &elsewhere] {
            fs::create_dir(folder).unwrap();
        }
        fs::write(elsewhere.join("read"), "text").unwrap();
        let server = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = server.local_addr().unwrap();
        thread::spawn(move || {
            let file = own.join("out.csv");
            enter(&Needs { files: vec![&file], network });
            // It has no right to more than what those have that it starts.
            let attempts = move || {
                [
                    crate::output::write(&file, "text", crate::output::Existing::Keep).is_ok(),
                    fs::write(elsewhere.join("out.csv"), "text").is_ok(),
                    TcpStream::connect(address).is_ok(),
                    Command::new("true").status().is_ok_and(|status| status.success()),
                    fs::read(elsewhere.join("read")).is_ok(),
                ]
            };
            thread::spawn(attempts).join().unwrap()
        })
        .join()
        .unwrap()
    }

    #[test]
    fn what_is_not_needed_is_given_up() {
        let [own, elsewhere, server, program, read] = can(false);
        assert!(own && read);
        // A kernel without Landlock, or a container without seccomp, leaves more.
        if fs::read_to_string("/sys/kernel/security/lsm").is_ok_and(|modules| modules.contains("landlock")) {
            assert!(!elsewhere);
        }
        if fs::read_to_string("/proc/sys/kernel/seccomp/actions_avail").is_ok_and(|actions| actions.contains("errno")) {
            assert!(!server && !program);
        }
        let [own, elsewhere_too, server, program, read] = can(true);
        assert!(own && server && program && read);
        assert_eq!(elsewhere_too, elsewhere);
    }
}
