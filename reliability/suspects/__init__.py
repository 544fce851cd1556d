"""What was changed before something burnt: ranked with reasons, confirmed or rejected by people, and measured."""
