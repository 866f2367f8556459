"""Every table of every room: importing this module fills `Base.metadata`."""

from consult.ground.database import Base

metadata = Base.metadata
