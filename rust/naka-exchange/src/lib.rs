//! One HTTP exchange as a state machine: events in, commands out. Pure.
