"""Programs that stand in for the outside world: a local Komet and a mail catcher."""
