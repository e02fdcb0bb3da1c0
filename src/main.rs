//! The program: the command line, and an exit code.

fn main() -> std::process::ExitCode {
    crewkeep::cli::main()
}
